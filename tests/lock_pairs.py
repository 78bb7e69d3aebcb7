"""Pairs of branches of a toy pipeline: edited at random, run or not, merged as Git merges files.

A run is computed, not started: what a stage makes is a digest of all that it reads, and its entry of
dvc.lock is what DVC would write.
"""

import copy
import hashlib
import random

from retrace.tools.repository.lock import LOCK, Lock, dump_lock
from retrace.tools.repository.lock_merging import merge_locks
from retrace.tools.repository.stages import read_stages
from retrace.tools.repository.staleness import problems

# By stage: files and params that it reads, what it makes; `metrics.json` is in Git.
STAGES = {
    "prepare": (["prepare.py", "shared.py"], ["x"], ["rows.txt"]),
    "split": (["rows.txt", "split.py"], ["y"], ["parts"]),
    "draw": (["rows.txt", "shared.py"], ["z"], ["draw.txt"]),
    "train": (["parts/a.txt", "train.py"], ["x", "y"], ["model.txt"]),
    "report": (["model.txt", "parts/b.txt", "report.py"], ["z"], ["metrics.json", "page.txt"]),
}
IN_GIT = "metrics.json"
CODE = ["prepare.py", "shared.py", "split.py", "train.py", "report.py"]


def start():
    """Return a branch where all ran: its files, params, commands and lock."""
    branch = {
        "files": dict.fromkeys(CODE, "0"),
        "params": {"x": 0, "y": 0, "z": 0},
        "commands": dict.fromkeys(STAGES, "run it"),
        "metrics": "",
        "lock": {},
    }
    run(branch, STAGES)
    return branch


def run(branch, stages):
    """Run stages in their order; what one does not make anew is what its lock says."""
    for name in STAGES:
        if name in stages and (found := entry_of(branch, name)):
            branch["lock"][name] = found
            if name == "report":
                branch["metrics"] = content(found, IN_GIT)


def entry_of(branch, name):
    """Return what a run of a stage would put into dvc.lock; None where what it reads is not there."""
    files, params, outs = STAGES[name]
    made = {out["path"]: out["md5"] for entry in branch["lock"].values() for out in entry["outs"]}
    # Of a file in the folder that another stage makes, the hash is told by the folder's.
    made |= {f"parts/{name}.txt": md5(made["parts"] + name) for name in "ab" if "parts" in made}
    hashes = {path: made.get(path) or md5(branch["files"].get(path)) for path in files}
    if not all(hashes.values()):
        return None
    entry = {
        "cmd": branch["commands"][name],
        "deps": [{"path": path, "hash": "md5", "md5": hashes[path], "size": 1} for path in files],
        "params": {"params.yaml": {key: branch["params"][key] for key in params}},
    }
    return entry | {
        "outs": [
            {"path": out, "hash": "md5", "md5": md5(content(entry, out)), "size": 1} for out in outs
        ]
    }


def content(entry, out):
    """Return what a stage makes; of one in three other inputs, the same."""
    read = (entry["cmd"], [dep["md5"] for dep in entry["deps"]], list(entry["params"].values()))
    return f"{out} {int(md5(str(read)), 16) % 3}"


def md5(text):
    return None if text is None else hashlib.md5(text.encode()).hexdigest()


def edited(branch, random_numbers):
    """Return a branch with a few edits, run wholly, in part or not at all."""
    new = copy.deepcopy(branch)
    for _ in range(random_numbers.randint(1, 3)):
        place, value = (
            random_numbers.choice(["files", "params", "commands"]),
            random_numbers.randint(0, 2),
        )
        key = random_numbers.choice(sorted(new[place]))
        new[place][key] = {"files": str(value), "params": value, "commands": f"run it {value}"}[place]
    names = list(STAGES)
    run(new, random_numbers.choice([names, names, names, names[: random_numbers.randint(0, 4)]]))
    return new


def three_way(base, ours, theirs):
    """Merge mappings key by key; where both changed, a person takes ours."""
    return {key: theirs[key] if ours[key] == base[key] else ours[key] for key in base}


def merge(base, ours, theirs, folder):
    """Merge two branches into a folder as `retrace merge-lock` does; return all of it."""
    both_changed = len({branch["metrics"] for branch in (base, ours, theirs)}) == 3
    merged = {
        key: three_way(base[key], ours[key], theirs[key]) for key in ("files", "params", "commands")
    } | three_way(*({"metrics": branch["metrics"]} for branch in (base, ours, theirs)))
    write(merged, folder)
    found = merge_locks(
        read_stages(folder),
        Lock(ours["lock"]),
        Lock(theirs["lock"]),
        settled={IN_GIT} if both_changed else set(),
    )
    wanted = found.lock.outs.get(IN_GIT)
    if both_changed and wanted:
        merged["metrics"] = next(
            each["metrics"] for each in (ours, theirs) if md5(each["metrics"]) == wanted
        )
    return merged | {"lock": found.lock.stages}, found.sides


def write(branch, folder):
    (folder / ".dvc").mkdir(exist_ok=True)
    (folder / ".dvc/config").write_text("[core]\n    no_scm = true\n")
    (folder / "dvc.yaml").write_text(pipeline(branch["commands"]))
    (folder / "params.yaml").write_text("".join(f"{k}: {v}\n" for k, v in branch["params"].items()))
    for name, text in branch["files"].items():
        (folder / name).write_text(text)
    (folder / IN_GIT).write_text(branch["metrics"])
    (folder / LOCK).write_bytes(dump_lock(Lock(branch.get("lock", {}))))


def pipeline(commands):
    lines = ["stages:\n"]
    for name, (deps, params, outs) in STAGES.items():
        lines += [f"  {name}:\n    cmd: {commands[name]}\n    deps: [{', '.join(deps)}]\n"]
        lines += [f"    params: [{', '.join(params)}]\n    outs:\n"]
        lines += [f"    - {out}{': {cache: false}' if out == IN_GIT else ''}\n" for out in outs]
    return "".join(lines)


def judge(seed, folder):
    """Merge one pair of branches; return what is wrong with the lock that comes out, and its sides."""
    random_numbers = random.Random(seed)
    base = edited(start(), random_numbers)
    run(base, STAGES)
    ours, theirs = edited(base, random_numbers), edited(base, random_numbers)
    merged, sides = merge(base, ours, theirs, folder)
    write(merged, folder)
    wrong = [
        f"{stage.name}: {phrase}"
        for stage in read_stages(folder)
        if stage.name.rpartition(":")[2] in merged["lock"]
        for phrase in problems(stage)
    ]
    for name, entry in merged["lock"].items():
        if entry not in (ours["lock"].get(name), theirs["lock"].get(name)):
            wrong.append(f"{name}: never happened")
        if entry != entry_of(merged, name):
            wrong.append(f"{name}: a run would make something else")
    for name in STAGES:
        could = entry_of(merged, name)
        happened = could in (ours["lock"].get(name), theirs["lock"].get(name))
        whole = name != "report" or merged["metrics"] == content(could, IN_GIT) if could else False
        sure = not any("/" in path for path in STAGES[name][0])  # of a file in a folder it is not known
        if name not in merged["lock"] and could and happened and whole and sure:
            wrong.append(f"{name}: is left out, although a side ran it")
    return wrong, sides
