"""What a model was made from and on: only what decides over its bytes, so that outputs repeat too.

The Git revision, the date and the duration change from run to run, and the machine from clone to clone;
they are shown where a person looks (`retrace repro`), never written into an output. Where nothing is
pinned (``train.instructions: native``) the machine decides over the last bits, and is named.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_info

import retrace
from retrace.core import artifacts, own_code
from retrace.core.fingerprint import loaded_other_bits
from retrace.core.instructions import instructions_in_effect
from retrace.core.machine import cpu_name
from retrace.core.params import Params

if TYPE_CHECKING:  # `retrace check` hashes the params alone
    from sklearn.base import BaseEstimator

LIBRARIES = {
    "numpy": "numpy",
    "pandas": "pandas",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "joblib": "joblib",
    "torch": "torch",
    "lightgbm": "lightgbm",
    "xgboost": "xgboost-cpu",
    "catboost": "catboost",
}


def training_record(
    params: Params, inputs: Iterable[Path], model: "BaseEstimator | None" = None
) -> dict[str, Any]:
    """Describe a training for cache/environment.json.

    Parameters
    ----------
    params : Params
        Of which the parts that `train` depends on are hashed.
    inputs : iterable of Path
        The files that `train` read; their MD5 is the one in dvc.lock.
    model : estimator, optional
        Whatever libraries its parts come from are among the versions.

    Returns
    -------
    dict
        ``model`` (its name), ``hyperparameters``, ``made_from`` (hashes of data, params and code),
        ``versions`` and ``hardware``.
    """
    return {
        "model": params.model,
        "hyperparameters": params.hyperparameters,
        "made_from": {
            "data": {str(path): artifacts.file_md5(path) for path in inputs},
            "params": params_hash(params),
            "code": _code_hash(),
        },
        "versions": _versions() | _versions_of_parts(model),
        "hardware": _hardware(params),
    }


def trained_on(hardware: Mapping[str, Any]) -> str:
    """Say in words what ``hardware`` of a record says: the machine only where it decides over bytes."""
    named = [str(hardware[key]) for key in ("gpu", "cpu", "system") if hardware.get(key)]
    if instructions := hardware.get("instructions"):
        named.append(f"{instructions} instructions")
    if threads := hardware.get("threads"):
        named.append(f"{threads} CPU thread{'s' if threads > 1 else ''}")
    return ", ".join(named)


def params_hash(params: Params) -> str:
    """Hash the parameters that `train` depends on, as ``made_from`` of a record has them."""
    used = {
        "seed": params.seed,
        "features": vars(params.features),
        "calibrate": params.calibrate,
        "model": params.model,
        "hyperparameters": params.hyperparameters,
        "train": vars(params.train),
    }
    return hashlib.sha256(json.dumps(used, sort_keys=True, default=vars).encode()).hexdigest()[:16]


def _code_hash() -> str:
    """Hash the modules that this process has loaded: the library's, and those of src/ beside it."""
    source = Path(retrace.__file__).absolute().parent
    files = {
        Path(file).absolute()
        for module in list(sys.modules.values())
        if (file := getattr(module, "__file__", None))
    }
    named = {file: file.relative_to(source) for file in files if source in file.parents}
    named |= {file: file.relative_to(own_code.SOURCE.absolute()) for file in own_code.own_modules()}
    digest = hashlib.sha256()
    for file in sorted(named, key=named.__getitem__):
        digest.update(named[file].as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _versions() -> dict[str, str]:
    return {name: version_of(package) for name, package in LIBRARIES.items() if name in sys.modules}


def version_of(package: str) -> str:
    """Return the version of a package that is installed; empty of one that is not.

    A build such as +cpu is the machine's choice, as is Python itself: neither changes a byte.
    """
    try:
        return version(package).partition("+")[0]
    except PackageNotFoundError:
        return ""


def _versions_of_parts(model: "BaseEstimator | None") -> dict[str, str]:
    """Name the libraries that a user's own estimator comes from; those of ours are known."""
    parts = [] if model is None else model.get_params().values()
    modules = {type(part).__module__.partition(".")[0] for part in parts if hasattr(part, "fit")}
    found = {name: getattr(sys.modules[name], "__version__", None) for name in sorted(modules)}
    return {name: says.partition("+")[0] for name, says in found.items() if isinstance(says, str)}


def _hardware(params: Params) -> dict[str, Any]:
    instructions = instructions_in_effect()
    hardware: dict[str, Any] = {
        "instructions": instructions,
        "threads": params.train.threads,
        "device": params.train.device,
    }
    broken = loaded_other_bits()
    if broken:
        hardware["other_bits"] = broken
    if broken or instructions != "portable":
        hardware |= _own_machine()
    if "torch" in sys.modules and params.train.device == "cuda":
        import torch

        if torch.cuda.is_available():
            hardware["gpu"] = torch.cuda.get_device_name()
    return hardware


def _own_machine() -> dict[str, Any]:
    """Say what decides over the last bits where nothing is pinned."""
    blas = {
        f"{library['internal_api']} {library.get('architecture', '')}".strip()
        for library in threadpool_info()
        if library["user_api"] == "blas"
    }
    machine = {
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": cpu_name(),
        "blas": sorted(blas),
    }
    if "torch" in sys.modules:
        import torch

        machine["torch_cpu_capability"] = torch.backends.cpu.get_cpu_capability()
    return machine
