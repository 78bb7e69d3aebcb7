#!/usr/bin/env bash
# Starts the image that serves, and asks whether it answers as the release says: smoke.sh <folder of the release>
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:?"a folder of \`retrace release\` is asked for"}
tokens=$(mktemp)
python3 -c 'import secrets; print(secrets.token_hex(32))' >"$tokens"
chmod 644 "$tokens" # the image's user is another one
container=$(docker run --detach --publish 127.0.0.1::8000 --volume "$tokens:/run/secrets/tokens:ro" "${IMAGE:-retrace:serve}")
trap 'docker logs "$container"; docker rm --force "$container" >/dev/null; rm -f "$tokens"' EXIT
python3 .github/smoke.py "http://$(docker port "$container" 8000)" "$folder" "$tokens"
