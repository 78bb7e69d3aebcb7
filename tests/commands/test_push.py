import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from retrace.commands.push import _size
from retrace.sharing.store import Store, write
from retrace.stages import open_repository
from swift import free_ports

SECONDS = 15


@pytest.mark.parametrize(
    ("size", "shown"), [(0, "0 bytes"), (1234, "1.2 kB"), (3_400_000, "3.4 MB"), (2 * 10**9, "2.0 GB")]
)
def test_sizes_are_shown_as_people_say_them(size, shown):
    assert _size(size) == shown


def moved(clone, name, **fields):
    """Clone with another address of its store."""
    copy = clone.clone(name)
    with open_repository(copy.folder) as repo:
        write(repo, Store(name="store", **({"url": "s3://shared/x"} | fields)))
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("command", ["push", "pull"])
def test_what_cannot_work_costs_one_line_and_seconds(clone, swift, silent_server, command):
    gone = f"http://127.0.0.1:{free_ports(1)[0]}"
    cases = {
        "do not fit together": (clone, swift.keys("lab:nobody", "x")),
        "key and its secret": (clone, swift.keys("lab:writer", "wrong")),
        "there is no key": (clone, dict.fromkeys(swift.keys(), "")),
        "bucket is not there": (moved(clone, "b", url="s3://none/x", endpoint=swift.url), {}),
        "nothing answers there": (moved(clone, "c", endpoint=gone), {}),
        "no answer in 8 seconds": (moved(clone, "d", endpoint=silent_server), {}),
    }

    def attempt(case):
        start = time.monotonic()
        run = case[0].retrace(command, check=False, **case[1])
        return run, time.monotonic() - start

    with ThreadPoolExecutor(2) as pool:
        for (run, seconds), says in zip(pool.map(attempt, cases.values()), cases, strict=True):
            assert run.returncode == 1
            assert len(run.stderr.splitlines()) == 1
            assert says in run.stderr
            assert seconds < SECONDS
