#!/usr/bin/env bash
# Fails unless the commit of a tag is on main: a trigger on tags cannot ask that. on_main.sh <tag>
set -euo pipefail

tag=${1:?"a tag is asked for: on_main.sh model@v1.0.0"}
commit=$(git rev-parse --quiet --verify "refs/tags/$tag^{commit}") || {
    echo "error: there is no tag '$tag' here: fetch tags and the history (fetch-depth: 0)" >&2
    exit 1
}
for main in refs/remotes/origin/main refs/heads/main; do
    git rev-parse --quiet --verify "$main" >/dev/null || continue
    if git merge-base --is-ancestor "$commit" "$main"; then
        echo "$tag is on main: $commit"
        exit
    fi
    echo "error: the commit of $tag (${commit:0:12}) is not on main: nothing is released; merge it, and promote it there" >&2
    exit 1
done
echo "error: there is no main here to ask: fetch it (fetch-depth: 0)" >&2
exit 1
