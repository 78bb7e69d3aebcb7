"""Trials that compute nothing, for tests of what carries them to workers and back."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from retrace.core.errors import RetraceError
from retrace.core.params import Params
from retrace.tools.search.cluster import workers
from retrace.tools.search.trials.evaluating import Outcome


@dataclass(frozen=True)
class Toy:
    """What a search shares; where it has a ledger, each unpacking of it leaves a line there."""

    params: Params
    ledger: Path | None = None

    def note(self, line):
        if self.ledger:
            with self.ledger.open("a") as file:
                file.write(f"{line}\n")

    def __reduce__(self):
        return _unpack, (self.params, self.ledger)


def _unpack(params, ledger):
    toy = Toy(params, ledger)
    toy.note(f"unpacked {os.getpid()}")
    return toy


def empty(toy, overrides, report):
    return Outcome(values=(overrides.get("x", 0.0),))


def slow(toy, overrides, report):
    toy.note(f"started {overrides.get('x')} {os.getpid()}")
    time.sleep(overrides["seconds"])
    return Outcome(values=(overrides.get("x", 0.0),))


def busy(toy, overrides, report):
    """Keep one core busy for so long."""
    end = time.thread_time() + overrides["seconds"]
    while time.thread_time() < end:
        pass
    return Outcome(values=(overrides.get("x", 0.0),))


def by_steps(toy, overrides, report):
    """Report 0, x, 2x, ...; be stopped or end at ten."""
    for step in range(10):
        time.sleep(overrides.get("seconds", 0))
        toy.note(f"step {step} {os.getpid()}")
        if report(step, step * overrides["x"]):
            toy.note(f"stopped {os.getpid()}")
            return Outcome(values=None, pruned=True, attributes={"steps": step + 1})
    return Outcome(values=(10 * overrides["x"],), attributes={"steps": 10})


def impatient(toy, overrides, report):
    """Report once, and again soon where no answer comes."""
    workers.SECONDS_TO_REPEAT = 0.2
    return Outcome(values=None, pruned=report(0, 0.5))


def deadly(toy, overrides, report):
    """End the process where ``x`` is 1, as the kernel does where memory is short."""
    if overrides["x"] == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(values=(0.0,))


def broken(toy, overrides, report):
    raise RetraceError("C: got -1, should be more than 0")


def run_all(evaluator, settings, judge=lambda number, step, value: False):
    """Do what a searcher does: keep the slots full; return the outcomes by number, once each."""
    todo, found, started = list(enumerate(settings)), {}, 0
    while len(found) < len(settings):
        while todo and started - len(found) < evaluator.slots():
            evaluator.submit(*todo.pop(0))
            started += 1
        if finished := evaluator.listen(10, judge):
            number, outcome = finished
            assert number not in found
            found[number] = outcome
    return found
