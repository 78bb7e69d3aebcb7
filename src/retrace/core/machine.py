"""What this machine says of itself. It decides over no byte of an output, so it is in none."""

import os
import platform
import sys
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")

# Name and digest of the image that this runs in: who starts it tells, since no image knows its own.
IMAGE = "RETRACE_IMAGE"


def describe_machine() -> str:
    """Return ``"AMD EPYC, Linux x86_64, Python 3.11.7"``, with the image if told, for a person."""
    image = os.environ.get(IMAGE)
    python = f"Python {platform.python_version()}{f', image {image}' if image else ''}"
    return f"{cpu_name()}, {platform.system()} {platform.machine()}, {python}"


def cpu_name() -> str:
    """Return the name that the processor gives itself."""
    return _cpuinfo("model name") or platform.processor() or "unknown"


def runs_x86_64_with_avx2() -> bool:
    """Tell whether this is Linux on an x86-64 processor with AVX2 and FMA."""
    has = set(_cpuinfo("flags").split())
    return sys.platform == "linux" and platform.machine() == "x86_64" and {"avx2", "fma"} <= has


def _cpuinfo(key: str) -> str:
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
