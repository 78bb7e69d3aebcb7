"""Stages in, what each component gets and makes out: packs of files, artefacts, parameters."""

import hashlib
import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrace.core.artifacts import file_md5
from retrace.tools.kubeflow.parameters import PARAMS, Value, declared_values, is_yaml
from retrace.tools.repository.resolved_stages import ResolvedStage

# What a component calls its artefacts and its function, in the signature that its parameters share.
RESERVED = re.compile(r"(in|out|pack|after)\W|(lock|run_stage)\W?$", re.IGNORECASE)


@dataclass(frozen=True)
class Pack:
    """Files that travel together, under a name that says what is in them."""

    name: str
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Component:
    """What one stage becomes.

    Attributes
    ----------
    name : str
        As an identifier.
    packs, inputs, outputs : dict
        By the names of their artefacts: packs, and paths of what stages make.
    values : dict
        What a run can set, by the names of its parameters.
    fixed : list of Value
        What it cannot.
    """

    stage: ResolvedStage
    name: str
    packs: Mapping[str, Pack]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    values: Mapping[str, Value]
    fixed: Sequence[Value]

    @property
    def plan(self) -> dict[str, Any]:
        """What the component itself must know; where it changes, KFP takes it for another one."""
        return {
            "name": self.name,
            "stage": self.stage.name,
            "file": self.stage.file,
            "definition": self.stage.definition,
            "packs": {name: pack.name for name, pack in self.packs.items()},
            "inputs": self.inputs,
            "outputs": self.outputs,
            "values": {name: [value.file, value.key] for name, value in self.values.items()},
            "fixed": [[value.file, value.key, value.text] for value in self.fixed],
        }


def plan_components(stages: Sequence[ResolvedStage], ignores: Sequence[str]) -> list[Component]:
    """Say what each stage becomes.

    Parameters
    ----------
    stages : sequence of ResolvedStage
        In the order in which they run.
    ignores : sequence of str
        Every .dvcignore: each stage needs them, since they say what is in a folder.
    """
    names = _identifiers(stage.name.removeprefix("dvc.yaml:") for stage in stages)
    declared = [declared_values(stage) for stage in stages]
    # A value that two stages declare has one default, and is one parameter.
    options = list(dict.fromkeys(value for free, _ in declared for value in free))
    labels = (_label(value) for value in options)
    by_value = dict(zip(options, _identifiers(labels), strict=True))
    return [
        Component(
            stage=stage,
            name=name,
            packs=_packs(stage, ignores),
            inputs=_artefacts("in", stage.inputs),
            outputs=_artefacts("out", stage.outputs),
            values={by_value[value]: value for value in free},
            fixed=fixed,
        )
        for stage, name, (free, fixed) in zip(stages, names, declared, strict=True)
    ]


def run_parameters(components: Iterable[Component]) -> dict[str, Value]:
    """Return the parameters of a run by their names."""
    return {name: value for each in components for name, value in each.values.items()}


def _packs(stage: ResolvedStage, ignores: Sequence[str]) -> dict[str, Pack]:
    """Pack the code with the params files, and each dataset that DVC has by itself.

    The values in YAML files are no part of the name: those that the stage declares are set when it
    runs, and the others change no result of it. So a pack keeps those of the day when it was made.
    """
    code = {source.path: source.md5 for source in stage.sources if not source.under_dvc}
    others = [*ignores, *(file for file in stage.params if not is_yaml(file))]
    code |= {file: file_md5(Path(file)) for file in others if Path(file).is_file()}
    files = {name for source in stage.sources if not source.under_dvc for name in source.files}
    files |= {file for file in (*ignores, *stage.params) if Path(file).is_file()}
    data = [source for source in stage.sources if source.under_dvc]
    packs = {"pack_files": Pack(_pack_name(code), tuple(sorted(files)))}
    return packs | {
        name: Pack(_pack_name({source.path: source.md5}), source.files)
        for name, source in zip(_identifiers(f"pack of {each.path}" for each in data), data, strict=True)
    }


def _pack_name(hashes: Mapping[str, str]) -> str:
    lines = "".join(f"{md5} {path}\n" for path, md5 in sorted(hashes.items()))
    return f"{hashlib.md5(lines.encode()).hexdigest()}.tar"


def _artefacts(kind: str, paths: Sequence[str]) -> dict[str, str]:
    return dict(zip(_identifiers(f"{kind} {path}" for path in paths), paths, strict=True))


def _label(value: Value) -> str:
    label = value.key if value.file == PARAMS else f"{value.file} {value.key}"
    return f"value of {label}" if RESERVED.match(label) else label


def _identifiers(texts: Iterable[str]) -> list[str]:
    """Turn texts into names that do in Python and in Kubernetes, where case does not count."""
    identifiers: dict[str, str] = {}
    for text in texts:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_") or "n"
        plain = f"n{plain}" if plain[0].isdigit() else plain
        plain = f"{plain}_" if keyword.iskeyword(plain) else plain
        name, number = plain, 1
        while name.lower() in identifiers:
            number += 1
            name = f"{plain}_{number}"
        identifiers[name.lower()] = name
    return list(identifiers.values())
