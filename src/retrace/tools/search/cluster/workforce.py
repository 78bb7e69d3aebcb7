"""Which workers are there, which of them have the data and are free: seen from the searcher."""

import sys
import time
from dataclasses import dataclass, field
from typing import Any

import dask
from distributed import Client, Future
from tqdm import tqdm

from retrace.core.errors import RetraceError, first_few
from retrace.tools.search.cluster.workers import DiffersError, unpack, versions

SECONDS_BETWEEN_LOOKS = 0.5

# A worker that was killed is often back in less.
SECONDS_BEFORE_WORDS = 4.0


class ClusterError(RetraceError):
    """A cluster that cannot be reached or used."""


@dataclass
class Workforce:
    """The workers of a cluster, which may come and go.

    Each is given what all trials share as soon as it is seen. Dask keeps one copy of the packed data,
    which workers fetch from one another, and makes it again where its holder is lost; all of it goes
    when the searcher goes, however that ends.

    Attributes
    ----------
    payload : bytes
        What computes the trials, packed.
    name : str
        Of this search; part of the keys of its tasks.
    gpu : bool
        Use only workers that have the Dask resource ``GPU``.
    patience : float
        How many seconds to wait where there is no worker.
    """

    client: Client
    payload: bytes
    name: str
    gpu: bool
    patience: float
    ready: dict[str, Future[Any]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    _preparing: dict[str, Future[Any]] = field(default_factory=dict)
    _looked: float = -SECONDS_BETWEEN_LOOKS
    _warned_of_threads: bool = False
    _idle_since: float = field(default_factory=time.monotonic)
    _told: bool = False

    def __post_init__(self) -> None:
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
            self._packed = self.client.submit(
                bytes, self.payload, key=f"retrace-{self.name}-data", pure=False
            )
        self._versions = versions()
        self._address = str(self.client.scheduler_info()["address"])

    def update(self) -> None:
        """See who came and who went; give the data to those who came."""
        if time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._look()
            self._looked = time.monotonic()
        for address, future in list(self._preparing.items()):
            if future.status != "pending":
                del self._preparing[address]
                self._take_on(address, future)

    def wait_for_the_first(self) -> None:
        """Wait until a worker has the data.

        Raises
        ------
        ClusterError
            None comes, or all are left out.
        """
        while not self.ready:
            self.update()
            self.check_patience()
            if self.left_out and not (self.ready or self._preparing):
                raise ClusterError(self._why_nobody())
            time.sleep(0.02)

    def check_patience(self) -> None:
        """Say that there is no worker, and at last give up."""
        now, minutes = time.monotonic(), f"{self.patience / 60:.3g} min"
        if self.ready or self._preparing:
            self._idle_since, self._told = now, False
        elif now - self._idle_since > self.patience:
            raise ClusterError(f"{self._why_nobody()} (waited {minutes})")
        elif now - self._idle_since > min(SECONDS_BEFORE_WORDS, self.patience / 2) and not self._told:
            self._told = True
            _echo(f"{self._why_nobody()}; waiting up to {minutes}")

    def _look(self) -> None:
        if self.client.status != "running":
            raise self.gone()
        try:
            present = self.client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, TimeoutError) as error:
            raise self.gone() from error
        groups = (self.ready, self._preparing, self.left_out)
        for group in groups:
            for address in group.keys() - present.keys():
                group.pop(address)
        for address, worker in present.items():
            usable = not self.gpu or worker.get("resources", {}).get("GPU", 0) >= 1
            if usable and not any(address in group for group in groups):
                self._warn_of_threads(address, worker["nthreads"])
                self._preparing[address] = self.client.submit(
                    unpack,
                    self._packed,
                    self._versions,
                    key=f"retrace-{self.name}-data-{time.time_ns()}",
                    workers=[address],
                    pure=False,
                )

    def gone(self) -> ClusterError:
        """Say that the scheduler is no more."""
        return ClusterError(
            f"the Dask scheduler at {self._address} went away, and with it the trials that were"
            " running: start it and its workers again, then give the same command, which goes on"
        )

    def _take_on(self, address: str, future: Future[Any]) -> None:
        if future.status == "finished":
            self.ready[address] = future
        elif future.status == "error" and (reason := _why(future.exception())):
            self.left_out[address] = reason
            _echo(f"the worker {address} is left out: {reason}")

    def _warn_of_threads(self, address: str, threads: int) -> None:
        if threads > 1 and not self._warned_of_threads:
            self._warned_of_threads = True
            _echo(
                f"the worker {address} has {threads} threads, but computes one trial at a time, since"
                f" trials in one process would change each other's bits: start it with `dask worker"
                f" --nworkers {threads} --nthreads 1` for {threads} at once"
            )

    def _why_nobody(self) -> str:
        """Say why no worker can compute a trial, and what to do."""
        where = self._address
        if self.left_out:
            address, reason = next(iter(self.left_out.items()))
            names = first_few(sorted(self.left_out))
            return f"no worker of {where} can be used: {names} left out, {address} for {reason}"
        if self.gpu:
            return (
                f"train.device is cuda, and no worker of {where} has the Dask resource GPU: start some"
                f" with `dask worker {where} --nthreads 1 --resources GPU=1`, or set train.device: cpu"
            )
        return f"no worker at {where}: start some with `dask worker {where} --nthreads 1`"


def _echo(line: str) -> None:
    tqdm.write(line, file=sys.stderr)  # above the bar of the search


def _why(error: BaseException | None) -> str:
    """Say why a worker cannot be used; nothing where it was merely lost."""
    if isinstance(error, DiffersError):
        return (
            f"{error}, so its trials would have other bits: give it the same commit and the same"
            " requirements as here, and start it again, with `--preload-nanny retrace`"
        )
    if isinstance(error, ImportError):
        return (
            f"it cannot import what trials need ({error}): install the same commit and the same"
            " requirements there as here"
        )
    if type(error).__name__ == "KilledWorker":
        return ""
    return f"{type(error).__name__}: {error}"
