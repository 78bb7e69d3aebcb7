#!/usr/bin/env bash
# Pushes the image that serves under the name that a tag of `retrace promote` gives it, and tells its digest:
# publish.sh <tag>. The password of the registry is in REGISTRY_TOKEN.
set -euo pipefail

tag=${1:?"a tag is asked for: publish.sh model@v1.0.0"}
name=ghcr.io/${GITHUB_REPOSITORY,,}/serve
case $tag in
model@v*) labels=("${tag#model@}") ;;
model\#*\#*) stage=${tag#model#} labels=("${stage/\#/-}" "${stage%#*}") ;; # prod-3, and what is in prod now: prod
*) echo "error: got '$tag'; allowed: model@v1.0.0, model#prod#1" >&2; exit 1 ;;
esac
docker login ghcr.io --username "$GITHUB_ACTOR" --password-stdin <<<"$REGISTRY_TOKEN"
for label in "${labels[@]}"; do
    docker tag retrace:serve "$name:$label"
    docker push --quiet "$name:$label"
done
digest=$(docker inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' retrace:serve | grep --max-count 1 "^$name@")
printf 'name=%s\ndigest=%s\n' "$name" "${digest#*@}" | tee -a "${GITHUB_OUTPUT:-/dev/null}"
