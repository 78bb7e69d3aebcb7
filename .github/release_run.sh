#!/usr/bin/env bash
# Makes the release of a run: release_run.sh <tag> <commit> <folder of the run>. A run that was started again must have made
# the same bytes as the one that is released; then only its statement is new.
set -euo pipefail

usage="a tag, a commit and a folder are asked for: release_run.sh run-1 1a2b3c4 folder"
tag=${1:?"$usage"} commit=${2:?"$usage"} folder=${3:?"$usage"}
[[ $tag =~ ^run-[A-Za-z0-9._-]+$ ]] || { echo "error: '$tag' is no tag of a run: name it run-..., of letters, digits, . _ and -" >&2; exit 1; }
[ -z "$(find "$folder" -type l)" ] || { echo "error: $folder holds links, which a run does not leave" >&2; exit 1; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

for file in dvc.lock metrics.json params.yaml report/report.md .retrace/statement.json; do
    [ -f "$folder/$file" ] || { echo "error: the run left no $file: look at the job before this one" >&2; exit 1; }
done

# No date, owner or order of the disk: the same run is the same archive.
tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --directory "$folder" \
    dvc.lock dvc.yaml metrics.json params.yaml report | gzip --no-name > "$place/$tag.tar.gz"
cp "$folder/.retrace/statement.json" "$place/statement.json"
hash=$(sha256sum "$folder/dvc.lock" | cut -c1-12)

if gh release view "$tag" >/dev/null 2>&1; then
    gh release download "$tag" --pattern "$tag.tar.gz" --output "$place/released.tar.gz"
    if ! cmp --silent "$place/$tag.tar.gz" "$place/released.tar.gz"; then
        echo "error: this run of $tag made other bytes than the released one: compare both archives; the release stays" >&2
        exit 1
    fi
    gh release upload "$tag" "$place/statement.json" --clobber
    echo "$tag was made again with the same bytes (dvc.lock $hash)"
    exit
fi

cat > "$place/notes.md" <<NOTES
Made from commit $commit, dvc.lock $hash. To trace it: \`git switch --detach $tag\`, put the archive's \`dvc.lock\` beside it,
\`retrace verify --check statement.json\` (docs/gpu-runner.md).

NOTES
cat "$folder/report/report.md" >> "$place/notes.md"
gh release create "$tag" "$place/$tag.tar.gz" "$place/statement.json" --verify-tag --title "$tag" --notes-file "$place/notes.md"
echo "released $tag (dvc.lock $hash)"
