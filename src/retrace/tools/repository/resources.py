"""resources.yaml in, what each stage asks a cluster for out: SLURM, or Kubernetes."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from retrace.core.checked_yaml import checked, load_yaml
from retrace.core.errors import ParamsError, did_you_mean

FILE = Path("resources.yaml")

# Sections beside those of the stages.
DEFAULT, EXPERIMENT = "default", "experiment"


@dataclass(frozen=True, kw_only=True, config={"extra": "forbid"})
class Resources:
    """What one job needs; None leaves it to the cluster.

    Attributes
    ----------
    memory, time : str or None
        Such as ``"4G"`` and, of SLURM alone, ``"1:00:00"``.
    options : list of str
        Any further options of sbatch.
    image : str or None
        The container that it runs in, of Kubernetes alone.
    """

    cpus: Annotated[int, Field(strict=True, ge=1)] = 1
    gpus: Annotated[int, Field(strict=True, ge=0)] = 0
    memory: str | None = None
    time: str | None = None
    partition: str | None = None
    options: tuple[str, ...] = ()
    image: str | None = None

    def as_options(self) -> list[str]:
        """Return the options of sbatch."""
        asked = {
            "cpus-per-task": self.cpus,
            "gpus": self.gpus or None,
            "mem": self.memory,
            "time": self.time,
            "partition": self.partition,
        }
        return [f"--{key}={value}" for key, value in asked.items() if value is not None] + [
            *self.options
        ]


def read_resources(path: Path, stages: Collection[str]) -> Mapping[str, Resources]:
    """Read what each stage, and an experiment as a whole, asks for.

    Raises
    ------
    ParamsError
        A section is of no stage, or a key is unknown or of the wrong type.
    """
    sections: dict[str, Any] = load_yaml(path) if path.is_file() else {}
    allowed = [DEFAULT, EXPERIMENT, *stages]
    for name in sections:
        if name not in allowed:
            raise ParamsError(
                f"{path}: '{name}' is no stage{did_you_mean(name, allowed)}; allowed:"
                f" {', '.join(allowed)}"
            )
    common = sections.get(DEFAULT) or {}
    return {
        name: checked(Resources, {**common, **(sections.get(name) or {})}, f"{path}: {name}")
        for name in allowed
    }
