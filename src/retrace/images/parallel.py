"""Many items in, their results in the same order: on all cores, a few at a time in memory."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

import joblib
from tqdm import tqdm

from retrace.core.errors import RetraceError

Item = TypeVar("Item")
Result = TypeVar("Result")

# Starting processes takes longer than so many chunks.
FEW = 16


def map_chunks(
    function: Callable[[Sequence[Item]], Result],
    items: Sequence[Item],
    *,
    chunk: int,
    workers: int | None = None,
    unit: str = "row",
) -> Iterator[Result]:
    """Apply a function to slices of the items, in processes of their own.

    Processes, not threads: a small image is decoded in a tenth of a millisecond, half of it in Python,
    and two threads took longer than one.

    Parameters
    ----------
    function : callable
        Takes a slice; defined in a module, so that another process finds it.
    items : sequence
        They are sent to other processes.
    chunk : int
        Length of a slice.
    workers : int or None
        Number of processes; None: as many as there are cores for this process. It changes no result.
    unit : str
        What a progress bar counts, where someone watches.

    Yields
    ------
    result
        Of each slice, in order.
    """
    slices = [items[start : start + chunk] for start in range(0, len(items), chunk)]
    workers = joblib.cpu_count() if workers is None else workers
    inline = workers == 1 or len(slices) <= FEW
    results: Any = map(function, slices) if inline else _in_processes(function, slices, workers)
    with tqdm(total=len(items), unit=unit, disable=None, leave=False) as bar:
        for part, result in zip(slices, results, strict=True):
            bar.update(len(part))
            yield result


def _in_processes(
    function: Callable[[Sequence[Item]], Result], slices: list[Sequence[Item]], workers: int
) -> Iterator[Result]:
    pool = joblib.Parallel(
        n_jobs=workers, backend="loky", return_as="generator", batch_size=1, pre_dispatch="2 * n_jobs"
    )
    try:
        yield from pool(joblib.delayed(function)(part) for part in slices)
    except BrokenProcessPool as error:
        raise RetraceError(
            "a process of ours was ended from outside, mostly for want of memory: close other programs"
            " or let fewer cores work (LOKY_MAX_CPU_COUNT=1)"
        ) from error
