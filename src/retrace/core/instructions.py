"""Which instructions of the CPU the libraries may use: pinned by ``import retrace``, before they load.

NumPy, SciPy and torch carry code for many processors and take the newest that runs: it adds in another
order, and the last bits differ. ``train.instructions: portable`` holds all of them to what every x86-64
processor with AVX2 has. docs/reproducibility.md has what each pin does, measured.
"""

import os
import re
import sys
import warnings
from pathlib import Path
from typing import Literal

from retrace.core.errors import ModelError, ParamsError
from retrace.core.machine import runs_x86_64_with_avx2

Instructions = Literal["portable", "native"]

PINS = {
    "ATEN_CPU_CAPABILITY": "avx2",  # torch's own kernels
    "ONEDNN_MAX_CPU_ISA": "AVX2",  # torch's convolutions
    "MKL_CBWR": "COMPATIBLE",  # torch's matrix products; its AVX2 is for processors of Intel alone
    "OPENBLAS_CORETYPE": "Haswell",  # matrix products of NumPy and of SciPy
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",  # NumPy's exp, sum and the like
}

# In either of YAML's styles; where it is not in a comment or a text, the YAML says.
NATIVE = re.compile(r"""\binstructions['"]?\s*:\s*['"]?native""")

# They read the pins when they are loaded, and never again.
READERS = ("numpy", "scipy", "torch")


def pin_instructions(folder: Path = Path()) -> None:
    """Set the pins, or take them back where the params.yaml of a folder says ``native``.

    `import retrace` calls this, once. What this process starts inherits the pins.
    """
    global _in_effect, _too_early  # of the process, as the environment is
    wanted = _wanted(folder) if runs_x86_64_with_avx2() else "native"
    before = {name: os.environ.get(name) for name in PINS}
    if wanted == "portable":
        os.environ.update(PINS)
    else:
        for name in [name for name, pin in PINS.items() if before[name] == pin]:
            del os.environ[name]
    changed = before != {name: os.environ.get(name) for name in PINS}
    _too_early = [name for name in READERS if name in sys.modules] if changed else []
    _in_effect = None if _too_early else wanted
    if _too_early:
        warnings.warn(f"{_problem()}; as it is, this process may compute other bits", stacklevel=2)


def require_instructions(wanted: Instructions) -> None:
    """Refuse to compute with other instructions than ``train.instructions`` names.

    A machine that cannot be portable computes natively whatever is wanted, and says so.

    Raises
    ------
    ModelError
        NumPy was loaded before the pins, or this process was started for the other choice.
    """
    if _in_effect is None:
        raise ModelError(_problem())
    if _in_effect != wanted and runs_x86_64_with_avx2():
        raise ModelError(
            f"train.instructions: got '{wanted}', but this process computes with '{_in_effect}': start"
            " it in the folder whose params.yaml says so"
        )


def instructions_in_effect() -> Instructions | None:
    """Return what this process computes with; None where NumPy was loaded before the pins."""
    return _in_effect


def _wanted(folder: Path) -> Instructions:
    """Read one key, and the YAML only where it may hold it: this comes before everything else."""
    try:
        text = (folder / "params.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return "portable"
    if not NATIVE.search(text):
        return "portable"
    from retrace.core.checked_yaml import load_yaml

    try:
        section = load_yaml(folder / "params.yaml").get("train")
    except ParamsError:  # `load_params` says what is wrong
        return "portable"
    native = isinstance(section, dict) and section.get("instructions") == "native"
    return "native" if native else "portable"


def _problem() -> str:
    return (
        f"{' and '.join(_too_early)} came before retrace, too early for train.instructions: put `import"
        " retrace` before all other imports"
    )


_in_effect: Instructions | None = None
_too_early: list[str] = []
