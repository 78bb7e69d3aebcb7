"""Three clones share a cache and a remote, commands run in them, and some are killed.

Each round gives a random clone a random command (`repro`, `exp run`, `queue`, `compare`, `push`,
`pull`), and one in three gets SIGKILL, with all that it started, at a random moment. After each round
every cached file must have its hash, no experiment that was kept may be gone, and where `retrace check`
says true the outputs must be those of params.yaml. At the end each clone runs `repro`, `push`, `queue`
and `check` once more, undisturbed.

    python benchmarks/soak.py --minutes 30
"""

import argparse
import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]

sys.path.insert(0, str(ROOT / "tests"))

from small_pipeline import SmallPipeline, make_small_pipeline  # noqa: E402

CLONES = ("ada", "ben", "cem")

KILLED = 1 / 3

LONGEST = 8.0  # seconds before a kill

RETRACE = (sys.executable, "-m", "retrace")

EXPERIMENT = (sys.executable, "-m", "retrace.tools.repository.guarded_dvc", "exp", "run", "--quiet")


@dataclass
class Soak:
    """What was done, and what went wrong."""

    clones: list[SmallPipeline]
    chance: random.Random
    commands: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    kept: dict[str, set[str]] = field(default_factory=dict)
    number: int = 0


def main() -> None:
    """Run for the minutes asked for, print the figures, and fail where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="retrace-soak-") as folder:
        soak = Soak(make_clones(Path(folder)), random.Random(options.seed))
        end = time.monotonic() + 60 * options.minutes
        while time.monotonic() < end:
            one_round(soak)
        finish(soak)
    print(f"{sum(soak.commands.values())} commands, {sum(soak.killed.values())} killed")
    for command, count in sorted(soak.commands.items()):
        print(f"  {command:<10} {count:4}, killed {soak.killed[command]}")
    print(f"{sum(map(len, soak.kept.values()))} experiments kept, {len(soak.faults)} faults")
    sys.exit("\n".join(soak.faults))


def make_clones(folder: Path) -> list[SmallPipeline]:
    """Make clones of the small pipeline with one cache and one remote, both folders."""
    first = make_small_pipeline(folder / "first")
    first.dvc("remote", "add", "--quiet", "--default", "disk", str(folder / "store"))
    first.dvc("config", "--quiet", "cache.dir", str(folder / "cache"))
    first.run("git", "commit", "-qam", "remote")
    first.retrace("repro", "--force")
    return [SmallPipeline(shutil.copytree(first.folder, folder / name)) for name in CLONES]


def one_round(soak: Soak) -> None:
    """Let one command run in one clone, kill it or not, and look at everything."""
    clone = soak.chance.choice(soak.clones)
    soak.number += 1
    name = soak.chance.choice(["repro", "exp run", "queue", "compare", "push", "pull"])
    for command in arguments(soak, clone, name):
        delay = soak.chance.uniform(0, LONGEST) if soak.chance.random() < KILLED else None
        soak.commands[name] += 1
        killed, status, said = run(clone, command, delay)
        soak.killed[name] += killed
        if "Traceback" in said:
            soak.faults.append(f"round {soak.number}, {name}: {said.strip().splitlines()[-1]}")
        if not killed and not status:
            soak.kept.setdefault(clone.folder.name, set()).update(experiments(clone))
    look(soak, clone, name)


def arguments(soak: Soak, clone: SmallPipeline, name: str) -> list[tuple[str, ...]]:
    """Return the commands of a round; some change the setting first."""
    value = str(soak.chance.randrange(1, 50))
    setting = ("-S", f"models.logistic_regression.C={value}")
    if name == "repro":
        clone.set(models__logistic_regression__C=float(value))
    return {
        "exp run": [(*EXPERIMENT, "--temp", "--name", f"e{soak.number}", *setting)],
        "queue": [
            (*EXPERIMENT, "--queue", "--name", f"q{soak.number}", *setting),
            (*RETRACE, "queue"),
        ],
        "compare": [(*RETRACE, "compare", "HEAD")],
    }.get(name, [(*RETRACE, name)])


def run(clone: SmallPipeline, command: tuple[str, ...], delay: float | None) -> tuple[bool, int, str]:
    """Run a command, and kill it with all that stands in the clone after so many seconds."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command,
            cwd=clone.folder,
            env=os.environ | clone.variables() | {"GIT_COMMITTER_NAME": "soak"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        killed = False
        try:
            status = process.wait(timeout=delay if delay is not None else 300)
        except subprocess.TimeoutExpired:
            killed = delay is not None
            kill_all(clone)
            status = process.wait()
        said.seek(0)
        return killed, status, said.read()


def kill_all(clone: SmallPipeline) -> None:
    """Send SIGKILL to every process that stands in a clone: what a power cut does."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink().is_relative_to(clone.folder):
                    os.kill(int(entry.name), signal.SIGKILL)


def experiments(clone: SmallPipeline) -> set[str]:
    """Name the experiments that a clone holds."""
    listed = clone.run("git", "for-each-ref", "--format=%(refname)", "refs/exps").stdout.split()
    return {name for name in listed if "/celery/" not in name and "/exec/" not in name}


def look(soak: Soak, clone: SmallPipeline, name: str) -> None:
    """Look for damaged files in the cache, for lost experiments, and at what `retrace check` says."""
    cache = clone.folder.parent / "cache/files/md5"
    for path in cache.glob("??/*"):
        if (
            len(path.name) == 30
            and hashlib.md5(path.read_bytes()).hexdigest() != path.parent.name + path.name
        ):
            soak.faults.append(f"round {soak.number}: {path} is damaged")
    if lost := soak.kept.get(clone.folder.name, set()) - experiments(clone):
        soak.faults.append(f"round {soak.number}: lost {', '.join(sorted(lost))}")
    if b"logistic_regression" not in clone.read("params.yaml"):
        soak.faults.append(
            f"round {soak.number}, {name}: params.yaml is {clone.read('params.yaml')[:99]!r}"
        )
        clone.run("git", "checkout", "params.yaml")
    _, status, said = run(clone, (*RETRACE, "check"), None)
    if "Traceback" in said:
        soak.faults.append(f"round {soak.number}, check: {said.strip().splitlines()[-1]}")
    if status == 0 and not is_true(clone):
        soak.faults.append(f"round {soak.number}: `retrace check` calls a false lock true")


def is_true(clone: SmallPipeline) -> bool:
    """Read report and params as a person would, and tell whether they are of one value."""
    C = re.search(r"logistic_regression:\s+C: (\S+)", clone.read("params.yaml").decode())
    return C is not None and clone.read("report/report.md") == str(float(C[1])).encode()


def finish(soak: Soak) -> None:
    """Every clone must come to a true lock without any help."""
    for clone in soak.clones:
        for name in ("repro", "push", "queue", "check"):
            _, status, said = run(clone, (*RETRACE, name), None)
            if status:
                soak.faults.append(f"at the end, {name} in {clone.folder.name}: {said.strip()[-300:]}")
        if not is_true(clone):
            soak.faults.append(
                f"at the end, {clone.folder.name} has other outputs than params.yaml says"
            )


if __name__ == "__main__":
    main()
