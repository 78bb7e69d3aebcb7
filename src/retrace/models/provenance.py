"""What a model was made from and on: only what repeats on this machine, so that outputs repeat too.

The Git revision, the date and the duration change from run to run; they are shown where a person looks
(`retrace repro`), never written into an output.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

import retrace
from retrace.core import artifacts
from retrace.core.params import Params

LIBRARIES = {
    "numpy": "numpy",
    "pandas": "pandas",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "joblib": "joblib",
    "torch": "torch",
}


def training_record(params: Params, inputs: Iterable[Path]) -> dict[str, Any]:
    """Describe a training for cache/environment.json.

    Parameters
    ----------
    params : Params
        Of which the parts that `train` depends on are hashed.
    inputs : iterable of Path
        The files that `train` read; their MD5 is the one in dvc.lock.

    Returns
    -------
    dict
        ``model`` (its name), ``made_from`` (hashes of data, params and code), ``versions`` and
        ``hardware``.
    """
    return {
        "model": params.model,
        "made_from": {
            "data": {str(path): artifacts.file_md5(path) for path in inputs},
            "params": _params_hash(params),
            "code": _code_hash(),
        },
        "versions": _versions(),
        "hardware": _hardware(params),
    }


def _params_hash(params: Params) -> str:
    used = {
        "seed": params.seed,
        "features": vars(params.features),
        "model": params.model,
        "hyperparameters": params.hyperparameters,
        "train": vars(params.train),
    }
    return hashlib.sha256(json.dumps(used, sort_keys=True, default=vars).encode()).hexdigest()[:16]


def _code_hash() -> str:
    """Hash the project's modules that this process has loaded."""
    source = Path(retrace.__file__).parent
    files = {
        Path(file)
        for module in list(sys.modules.values())
        if (file := getattr(module, "__file__", None))
    }
    digest = hashlib.sha256()
    for file in sorted(file for file in files if source in file.absolute().parents):
        digest.update(file.absolute().relative_to(source).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _versions() -> dict[str, str]:
    loaded = {name: version(package) for name, package in LIBRARIES.items() if name in sys.modules}
    return {"python": platform.python_version()} | loaded


def _hardware(params: Params) -> dict[str, Any]:
    blas = {
        f"{library['internal_api']} {library.get('architecture', '')}".strip()
        for library in threadpool_info()
        if library["user_api"] == "blas"
    }
    hardware: dict[str, Any] = {
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": cpu_name(),
        "blas": sorted(blas),
        "threads": params.train.threads,
        "device": params.train.device,
    }
    if "torch" in sys.modules:
        import torch

        hardware["torch_cpu_capability"] = torch.backends.cpu.get_cpu_capability()
        if params.train.device == "cuda" and torch.cuda.is_available():
            hardware["gpu"] = torch.cuda.get_device_name()
    return hardware


def cpu_name() -> str:
    """Return the name that the processor gives itself."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"
