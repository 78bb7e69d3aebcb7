#!/bin/bash
# Lets a job onto the GPU runner only if a push to a branch, or of a tag run-*, of this one repository started it.
#
# A workflow file comes from whoever opens a pull request, with every condition in it; this file does not. It is
# installed outside the runner's folders, owned by root, with the repository's name beside it, and named by
# ACTIONS_RUNNER_HOOK_JOB_STARTED: docs/gpu-runner.md.
#
# A failing hook is not enough: the runner still runs each step with `if: always()`. So this one ends the runner's
# worker, and with it the job. Whatever is missing or cannot be read ends it too.

# The runner calls `bash -e`; an unforeseen failure must come to the end of this file, and to the worker's.
set +e -uo pipefail
trap '' HUP INT TERM
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset PYTHONPATH PYTHONHOME

# The nearest ancestor with the runner's name, so that a shell in between does not matter.
worker() {
    local process=$PPID
    while [ "${process:-0}" -gt 1 ]; do
        case $(cat "/proc/$process/comm" 2>/dev/null) in
            Runner.Worker) echo "$process"; return ;;
        esac
        process=$(awk '$1 == "PPid:" {print $2}' "/proc/$process/status" 2>/dev/null)
    done
}

let_in=no
end() {
    [ $let_in = yes ] && exit 0
    local process
    process=$(worker)
    sleep 2 # until what was said has reached the log
    # A runner of another kind, or under another name: who waits for this hook ends, and does not go on without it.
    kill -KILL "${process:-$PPID}"
    exit 1
}
trap end EXIT

refuse() {
    echo "::error::refused by the runner: $1"
    exit 1
}

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
allowed=$(head -n 1 "$here/repository" 2>/dev/null)
[[ $allowed =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$ ]] || refuse "the file 'repository' beside the hook names none"
[ "${GITHUB_EVENT_NAME:-}" = push ] || refuse "the event is '${GITHUB_EVENT_NAME:-}', not a push"
[ "${GITHUB_REPOSITORY:-}" = "$allowed" ] || refuse "the repository is '${GITHUB_REPOSITORY:-}', not '$allowed'"

# Configuration runs programs: of git (core.fsmonitor), pip (another index) or DVC. What an earlier job left in its home
# would run in this one, with this one's keys.
[[ ${HOME:-} = /* ]] && [ -d "$HOME" ] && [ ! -L "$HOME" ] || refuse "HOME names no folder"
left=$(find "$HOME" -mindepth 1 -maxdepth 1 -print -quit 2>&1)
[ -z "$left" ] || refuse "the home folder is not a new one, it holds $left"

# -I: nothing is imported from the folder that the last job left.
reason=$(python3 -I - "$allowed" 2>&1 <<'PYTHON'
import json, os, sys

with open(os.environ["GITHUB_EVENT_PATH"], encoding="utf-8") as file:
    event = json.load(file)
# Of a tag with a message, `after` is the tag's own hash; the job gets that of its commit.
commit = event["head_commit"]["id"] if event["ref"].startswith("refs/tags/") else event["after"]
found = {
    "repository": event["repository"]["full_name"] == sys.argv[1],
    "branch": event["ref"].startswith(("refs/heads/", "refs/tags/run-")) and event["ref"] == os.environ["GITHUB_REF"],
    # Both hold what others wrote: a fork's request on its way into main, and new versions of dependencies.
    "person": not event["ref"].startswith(("refs/heads/gh-readonly-queue/", "refs/heads/dependabot/")),
    "commit": commit == os.environ["GITHUB_SHA"],
    "deleted": event["deleted"] is False,
    "kind": not {"pull_request", "workflow_run", "issue", "comment", "inputs", "schedule"} & set(event),
}
print("let in" if all(found.values()) else ", ".join(name for name, right in found.items() if not right))
PYTHON
)
[ "$reason" = "let in" ] || refuse "the event's payload is not that of a push to a branch, or of a tag run-*: ${reason##*$'\n'}"

if [ -e "$here/work" ]; then
    sudo -n "$here/clean.sh" || refuse "what the last job left cannot be cleaned away"
fi
let_in=yes
echo "let in: a push to $GITHUB_REF of $allowed"
