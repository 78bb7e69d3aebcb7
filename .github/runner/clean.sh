#!/bin/bash
# Empties the runner's work folder, files that a container left as root included.
#
# Installed beside job-started.sh, owned by root, with the folder's path in a file called `work`. The hook calls it
# with `sudo -n` (docs/gpu-runner.md). It takes no arguments, so that the right to call it is the right to do this
# one thing.

set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

work=$(head -n 1 "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/work")
if [[ $work != /*/_work ]] || [ -L "$work" ] || [ ! -d "$work" ]; then
    echo "error: the file 'work' beside this names no folder that is called _work, such as /srv/runner/_work" >&2
    exit 1
fi
# The job that has just started needs its folder <name>/<name>, empty, and what starts with _: its event, its actions.
# From inside of each folder: by its whole path, one that the last job swaps for a link would lead root elsewhere.
find "$work" -xdev -mindepth 3 -maxdepth 3 ! -path "$work/_*" -execdir rm -rf --one-file-system -- {} +
