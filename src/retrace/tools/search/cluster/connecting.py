"""A Dask cluster to compute on: one of this machine's processes, or one that is already there."""

import asyncio
import logging
import os
import signal
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed.security import Security
from distributed.system import MEMORY_LIMIT

from retrace.tools.search.cluster.workforce import ClusterError

SECONDS_TO_CONNECT = 10

# A trial that takes too much memory ends its process, not the machine; no web pages. None of the
# variables that Dask sets for its workers: with MALLOC_TRIM_THRESHOLD_ they give memory back at
# every chance, and a network, which asks for it again with every batch, trains 1.7 times as long.
LOCAL_SETTINGS = {
    "distributed.nanny.pre-spawn-environ": {},
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.worker.http.routes": [],
    "distributed.scheduler.http.routes": [],
}


@contextmanager
def connection(*, jobs: int = 1, address: str | None = None, gpu: bool = False) -> Iterator[Client]:
    """Connect to a scheduler, or start a cluster of processes here and end it afterwards.

    Parameters
    ----------
    jobs : int
        How many processes to start, where there is no address.
    address : str or None
        Such as ``tcp://10.0.0.1:8786``. TLS is set up in Dask's own configuration.
    gpu : bool
        Give each process that is started here the resource ``GPU``.

    Raises
    ------
    ClusterError
        Nobody answers at the address.
    """
    local = nullcontext() if address else _local_cluster(jobs, gpu)
    with _quiet(), local as cluster:
        client = _connect(address) if address else Client(cluster, set_as_default=False)
        try:
            yield client
        finally:
            with _uninterrupted():
                client.close(timeout=5)


def _connect(address: str) -> Client:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what differs in a worker is told when it unpacks the data
            return Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address} ({_cause(error)}): start one with `dask scheduler`,"
            " look whether a firewall is between, and for tls:// whether Dask's configuration names the"
            " certificates"
        ) from error


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__


@contextmanager
def _local_cluster(jobs: int, gpu: bool) -> Iterator[LocalCluster]:
    """Start worker processes that only this user can reach, and only from this machine."""
    with (
        tempfile.TemporaryDirectory(prefix="retrace-dask-") as folder,
        dask.config.set(LOCAL_SETTINGS | {"temporary-directory": folder}),
    ):
        with _uninterrupted():  # inherited by the workers
            cluster = LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                security=Security.temporary(),
                silence_logs=logging.CRITICAL,
                memory_limit=MEMORY_LIMIT // jobs,
                resources={"GPU": 1} if gpu else None,
                preload=["retrace.tools.search.cluster.workers"],
            )
        try:
            yield cluster
        finally:
            with _uninterrupted():
                cluster.sync(_end_workers, cluster)
                cluster.close(timeout=10)


async def _end_workers(cluster: Any) -> None:
    """Do not wait for trials that nobody wants any more."""
    await asyncio.gather(*(nanny.close(timeout=0.5) for nanny in cluster.workers.values()))


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C for a moment; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave Dask's own log lines out: what matters of them is said in ours."""
    logger = logging.getLogger("distributed")
    before = logger.level
    if not os.environ.get("RETRACE_DEBUG"):
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
