"""One call that seeds and pins what would otherwise differ from run to run."""

import os
import random
import sys

import numpy as np
from threadpoolctl import threadpool_limits

from retrace.core.errors import ModelError
from retrace.core.fingerprint import check_promise
from retrace.core.instructions import Instructions, require_instructions


def pin(*, seed: int, threads: int, instructions: Instructions) -> None:
    """Seed the global generators and fix the number of CPU threads, before torch is imported.

    The number of threads decides in which order partial sums are added, and so the last bits of a
    model. cuBLAS needs a fixed workspace to repeat itself.

    Parameters
    ----------
    seed : int
        For ``random`` and NumPy's global generator. The project's own code passes generators along;
        this is for libraries that do not.
    threads : int
        For OpenMP, OpenBLAS, MKL and torch.
    instructions : {"portable", "native"}
        What `import retrace` must have pinned, since it is too late for that here.

    Raises
    ------
    ModelError
        This process computes with other instructions.
    """
    require_instructions(instructions)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  the global generator is the point
    threadpool_limits(threads)  # for what is already loaded, such as NumPy's OpenBLAS
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
    check_promise()


def available_device(device: str) -> str:
    """Return ``device`` if torch can use it.

    Raises
    ------
    ModelError
        It is ``"cuda"`` and there is none.
    """
    import torch  # late: `pin` comes first

    check_promise()
    if device == "cuda" and not torch.cuda.is_available():
        raise ModelError(
            f"train.device: got 'cuda', but torch {torch.__version__} sees no CUDA device: set"
            " train.device: cpu, or install a CUDA build of torch and the driver that it needs"
        )
    return device
