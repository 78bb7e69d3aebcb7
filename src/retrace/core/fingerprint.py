"""Does this machine keep the promise of ``train.instructions: portable``? A few operations, hashed.

They take a tenth of a second, so each process checks the libraries that it has loaded: the note of an
earlier check would be wrong of a virtual machine that moved. `EXPECTED` holds the hashes, which
``python -m retrace.core.fingerprint`` prints after new versions of the libraries.
"""

import functools
import hashlib
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

from retrace.core.instructions import instructions_in_effect, require_instructions
from retrace.core.machine import cpu_name, runs_x86_64_with_avx2

# What the operations of each library gave under the pins, on processors of Intel and of AMD.
VERSIONS = {"numpy": "2.4.6", "scipy": "1.17.1", "torch": "2.13.0"}
EXPECTED = {
    "NumPy": "11a2848316f628eb",
    "OpenBLAS of NumPy": "2d86b5f0109b6928",
    "SciPy": "d27ef8e686ff7859",
    "OpenBLAS of SciPy": "77d1cae6fd30113e",
    "torch": "5fffb84cd81ebc9b",
    "MKL of torch": "a2424b970a28a437",
    "oneDNN of torch": "9bf90ca1bd604dee",
}


def other_bits(library: str) -> tuple[str, ...]:
    """Name the parts of a library that compute other bits here than they should.

    Parameters
    ----------
    library : {"numpy", "scipy", "torch"}
        It is loaded for that, where its version is the one of the known hashes.

    Returns
    -------
    tuple of str
        Such as ``("MKL of torch",)``; empty where the hashes are of another version of the library.
    """
    if version(library).partition("+")[0] != VERSIONS[library]:
        return ()
    return tuple(
        part for part, fingerprint in fingerprints(library).items() if fingerprint != EXPECTED[part]
    )


@functools.cache
def fingerprints(library: str) -> dict[str, str]:
    """Return the hash of each part of a library, by its name."""
    return {part: _hashed(operations()) for part, operations in OPERATIONS[library].items()}


def loaded_other_bits() -> list[str]:
    """Name the parts of the loaded libraries that break the promise, where it was made."""
    if instructions_in_effect() != "portable":
        return []
    loaded = [library for library in VERSIONS if library in sys.modules]
    return [part for library in loaded for part in other_bits(library)]


def check_promise() -> None:
    """Say on standard error, once, where ``train.instructions: portable`` does not hold here."""
    if not runs_x86_64_with_avx2():
        _say(f"{cpu_name()} is no x86-64 processor with AVX2 under Linux")
    elif broken := loaded_other_bits():
        _say(f"{', '.join(broken)} computes other bits on {cpu_name()} than elsewhere")


@functools.cache
def _say(why: str) -> None:
    rest = "train.instructions: portable does not hold, the outputs are this machine's own"
    print(f"warning: {why}: {rest} (docs/reproducibility.md)", file=sys.stderr)


def _numbers(*shape: int, dtype: str = "float32") -> Any:
    """Return numbers from -1 to 1 that are exact in every type."""
    import numpy as np

    position = np.arange(np.prod(shape), dtype=np.uint64)
    spread = position * position * np.uint64(2654435761) % np.uint64(2**20)
    return (spread / 2**19 - 1).astype(dtype).reshape(shape)


def _hashed(arrays: Iterable[Any]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def _numpy_functions() -> Iterable[Any]:
    import numpy as np

    for dtype in ("float32", "float64"):
        x = _numbers(2003, dtype=dtype)
        yield from (np.exp(x), np.tanh(x), np.sin(x), np.cumsum(x), np.sum(x), np.std(x))
        positive = np.abs(x) + 1
        yield from (np.log(positive), np.sqrt(positive), np.log1p(positive), np.cbrt(positive))


def _numpy_products() -> Iterable[Any]:
    import numpy as np

    for dtype in ("float32", "float64"):
        a = _numbers(70, 400, dtype=dtype)
        yield from (a @ a.T, a @ a[0], a[0] @ a[1])
        yield np.linalg.svd(a[:20, :30], compute_uv=False)
        yield np.linalg.solve(a @ a.T + np.eye(70, dtype=dtype), a[:, 0])


def _scipy_products() -> Iterable[Any]:
    from scipy.linalg import blas, lstsq

    for dtype in ("float32", "float64"):
        a = _numbers(70, 400, dtype=dtype)
        gemm, gemv = blas.get_blas_funcs(("gemm", "gemv"), (a,))
        yield from (gemm(1, a, a.T), gemv(1, a, a[0]))
        yield lstsq(a[:, :20], a[:, 20])[0]


def _scipy_functions() -> Iterable[Any]:
    import numpy as np
    from scipy import optimize, special

    x = _numbers(2003, dtype="float64")
    yield from (special.expit(x), special.erf(x), special.gammaln(x + 2), special.logsumexp(x))
    rows, sign = _numbers(60, 5, dtype="float64"), np.sign(_numbers(60, dtype="float64"))

    def loss(weights: Any) -> tuple[float, Any]:
        margin = sign * (rows * weights).sum(axis=1)  # no `@`, which is OpenBLAS of NumPy
        gradient = -(rows.T * sign * special.expit(-margin)).sum(axis=1)
        return np.logaddexp(0, -margin).sum() + (weights**2).sum(), gradient + 2 * weights

    yield optimize.minimize(loss, np.zeros(5), jac=True, method="L-BFGS-B").x


def _torch_functions() -> Iterable[Any]:
    import torch

    x, table = _tensor(2003), _tensor(64, 33)
    for function in (torch.exp, torch.tanh, torch.sigmoid, torch.sum, torch.erf):
        yield function(x).numpy()
    yield torch.rsqrt(x.abs() + 1).numpy()
    yield from (table.log_softmax(1).numpy(), torch.nn.functional.layer_norm(table, [33]).numpy())
    yield _adamw(_tensor(999), steps=3).numpy()


def _adamw(weights: Any, steps: int) -> Any:
    import torch

    mean, square = torch.zeros_like(weights), torch.zeros_like(weights)
    numbers: dict[str, Any] = {"beta1": 0.9, "beta2": 0.999, "weight_decay": 0.1, "eps": 1e-8}
    for step in range(1, steps + 1):
        states = [
            [weights],
            [_tensor(*weights.shape) * step],
            [mean],
            [square],
            [],
            [torch.tensor(step)],
        ]
        # What `torch.optim.AdamW(fused=True)` calls; to import that takes seconds.
        torch._fused_adamw_(*states, lr=0.01, amsgrad=False, maximize=False, **numbers)
    return weights


def _torch_products() -> Iterable[Any]:
    import torch

    for rows, inputs, outputs in ((32, 64, 128), (64, 1024, 10), (33, 77, 51)):
        x, weights = _tensor(rows, inputs), _tensor(outputs, inputs)
        yield torch.nn.functional.linear(x, weights, _tensor(outputs)).numpy()
        yield (x @ weights[0]).numpy()
    yield torch.bmm(_tensor(8, 32, 16), _tensor(8, 16, 32)).numpy()


def _torch_convolutions() -> Iterable[Any]:
    import torch

    for channels in (1, 32):
        x, weights = _tensor(8, channels, 8, 8), _tensor(32, channels, 3, 3)
        output = torch.nn.functional.conv2d(x, weights, padding=1)
        yield output.numpy()
        both = torch.ops.aten.convolution_backward(
            output, x, weights, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, [True, True, False]
        )
        yield from (gradient.numpy() for gradient in both[:2])


def _tensor(*shape: int) -> Any:
    import torch

    tensor = torch.from_numpy(_numbers(*shape))
    return tensor.contiguous(memory_format=torch.channels_last) if len(shape) == 4 else tensor


OPERATIONS: dict[str, dict[str, Callable[[], Iterable[Any]]]] = {
    "numpy": {"NumPy": _numpy_functions, "OpenBLAS of NumPy": _numpy_products},
    "scipy": {"SciPy": _scipy_functions, "OpenBLAS of SciPy": _scipy_products},
    "torch": {
        "torch": _torch_functions,
        "MKL of torch": _torch_products,
        "oneDNN of torch": _torch_convolutions,
    },
}


if __name__ == "__main__":
    require_instructions("portable")
    for name in OPERATIONS:
        print(f"{name} {version(name)}: {fingerprints(name)}")
