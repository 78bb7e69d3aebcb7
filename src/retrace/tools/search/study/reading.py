"""hpo/spaces.yaml in, the space of one model out, or one line that says what is wrong with it."""

import json
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import ParamsError, RetraceError, did_you_mean
from retrace.core.params import Params
from retrace.core.records import Kind, Task
from retrace.models.registry import build_model
from retrace.tools.repository.overrides import current_value, override_params
from retrace.tools.search.study.spaces import Distribution, Parameter, Space, label

KINDS = ("log", "float", "int", "log_int", "choice")
BESIDE = ("step", "when")
EXAMPLE = "C: {log: [1e-2, 1e2]}"


def load_space(path: Path, params: Params, kind: Kind, task: Task) -> Space:
    """Read the space of the model that params.yaml has in use, and check it.

    Parameters
    ----------
    path : Path
        A YAML file with one section per model, such as hpo/spaces.yaml.
    kind, task : str
        Of the data: each value at the end of a range is tried on the model, unfitted.

    Raises
    ------
    ParamsError
        A model or a parameter is unknown, the space is empty, a range runs the wrong way, or a value is
        one that the model does not take.
    """
    sections = load_yaml(path)
    for name in sections:
        if name not in params.models:
            raise ParamsError(
                f"{path}: {name} is not a model of params.yaml{did_you_mean(name, params.models)};"
                f" allowed: {', '.join(params.models)}"
            )
    where = f"{path}: {params.model}"
    section = sections.get(params.model)
    if not section:
        missing = "is empty" if params.model in sections else "is missing"
        raise ParamsError(f"{where} {missing}: add parameters to search, such as `{EXAMPLE}`")
    if not isinstance(section, Mapping):
        raise ParamsError(f"{where}: got {section!r}, should be lines such as `{EXAMPLE}`")
    allowed = _allowed(params)
    parameters = [
        _parameter(f"{where}.{key}", _full_name(where, str(key), allowed), spec, allowed)
        for key, spec in section.items()
    ]
    space = Space(_in_order(where, parameters))
    _try_values(path, space, params, kind, task)
    return space


def _allowed(params: Params) -> dict[str, str]:
    """Map the names that a space may use to full names."""
    own = {str(key): f"models.{params.model}.{key}" for key in params.hyperparameters}
    text = {f"text.{key}": value for key, value in vars(params.features.text).items()}
    features = {**vars(params.features), **text}
    return own | {f"features.{key}": f"features.{key}" for key in features if key != "text"}


def _full_name(where: str, key: str, allowed: Mapping[str, str]) -> str:
    if key not in allowed:
        own = [name for name in allowed if "." not in name]
        raise ParamsError(
            f"{where}.{key} is not a parameter of params.yaml that can be searched"
            f"{did_you_mean(key, allowed)}; allowed: {', '.join(own)}, and names such as features.scale"
        )
    return allowed[key]


def _parameter(where: str, name: str, spec: object, allowed: Mapping[str, str]) -> Parameter:
    if not isinstance(spec, Mapping):
        raise ParamsError(f"{where}: got {spec!r}, should be such as {{log: [1e-2, 1e2]}}")
    kinds = [key for key in spec if key not in BESIDE]
    if len(kinds) != 1 or kinds[0] not in KINDS:
        wrong = next((key for key in kinds if key not in KINDS), " and ".join(kinds) or "none")
        near = did_you_mean(wrong, [*KINDS, *BESIDE])
        raise ParamsError(f"{where}: got {wrong}{near}, should be one of {', '.join(KINDS)}")
    kind = kinds[0]
    when = _conditions(f"{where}.when", spec.get("when") or {}, allowed)
    if kind == "choice":
        choices = _choices(where, spec)
        labels = CategoricalDistribution(tuple(map(label, choices)))
        return Parameter(name=name, distribution=labels, choices=choices, when=when)
    low, high = _ends(f"{where}.{kind}", kind, spec[kind])
    step = _step(f"{where}.step", kind, spec.get("step"), high - low)
    return Parameter(name=name, distribution=_range(kind, low, high, step), when=when)


def _range(kind: str, low: float, high: float, step: float | None) -> Distribution:
    log = kind.startswith("log")
    if kind in ("int", "log_int"):
        return IntDistribution(int(low), int(high), log, int(step or 1))
    return FloatDistribution(low, high, log, step)


def _choices(where: str, spec: Mapping[str, Any]) -> tuple[Any, ...]:
    choices = spec["choice"]
    if not isinstance(choices, list) or len(choices) < 2:
        raise ParamsError(
            f"{where}.choice: got {choices!r}, should be a list of two or more, such as [64, 128]"
            " (a single value belongs into params.yaml)"
        )
    labels = [json.dumps(label(choice)) for choice in choices]
    if len(set(labels)) < len(labels):
        raise ParamsError(f"{where}.choice: got {choices!r}, should name each value once")
    if "step" in spec:
        raise ParamsError(f"{where}.step: a choice has no steps, only a range has: remove it")
    return tuple(choices)


def _ends(where: str, kind: str, ends: object) -> tuple[float, float]:
    whole = kind in ("int", "log_int")
    numbers = int if whole else (int, float)
    example = "[2, 20]" if whole else "[1e-4, 1e-1]"
    if not isinstance(ends, list) or len(ends) != 2 or not all(_is_number(end, numbers) for end in ends):
        wanted = "two whole numbers" if whole else "two numbers"
        raise ParamsError(f"{where}: got {ends!r}, should be {wanted}, such as {example}")
    low, high = ends
    if not low < high:
        raise ParamsError(
            f"{where}: got {ends!r}, should be the lower bound and then the higher, such as"
            f" {[high, low] if low != high else example}"
        )
    if kind.startswith("log") and low <= 0:
        raise ParamsError(f"{where}: got {ends!r}, but a logarithmic range starts above 0")
    return (low, high) if whole else (float(low), float(high))


def _step(where: str, kind: str, step: Any, width: float) -> float | None:
    if step is None:
        return None
    if kind.startswith("log"):
        raise ParamsError(f"{where}: a logarithmic range has no steps: remove it, or use int or float")
    numbers = int if kind == "int" else (int, float)
    if not _is_number(step, numbers) or not 0 < step <= width:
        raise ParamsError(f"{where}: got {step!r}, should be above 0 and at most {width:g}")
    return step


def _is_number(value: object, numbers: type | tuple[type, ...]) -> bool:
    return isinstance(value, numbers) and not isinstance(value, bool)


def _conditions(where: str, when: object, allowed: Mapping[str, str]) -> dict[str, tuple[Any, ...]]:
    if not isinstance(when, Mapping):
        raise ParamsError(f"{where}: got {when!r}, should be such as {{kernel: rbf}}")
    return {
        _full_name(where, str(key), allowed): tuple(value) if isinstance(value, list) else (value,)
        for key, value in when.items()
    }


def _in_order(where: str, parameters: list[Parameter]) -> tuple[Parameter, ...]:
    """Put each parameter behind those that its condition names."""
    by_name = {parameter.name: parameter for parameter in parameters}
    for parameter in parameters:
        for other, values in parameter.when.items():
            _check_condition(where, parameter.name, other, values, by_name)
    order = TopologicalSorter({parameter.name: parameter.when for parameter in parameters})
    try:
        return tuple(by_name[name] for name in order.static_order())
    except CycleError as error:
        circle = ", ".join(error.args[1][1:])
        raise ParamsError(
            f"{where}: the conditions of {circle} go round in a circle: remove one"
        ) from error


def _check_condition(
    where: str, name: str, other: str, values: tuple[Any, ...], by_name: Mapping[str, Parameter]
) -> None:
    if other not in by_name:
        raise ParamsError(
            f"{where}: {name} exists only beside some values of {other}, which is not searched:"
            " search it too, or remove `when`"
        )
    for value in values:
        if not by_name[other].contains(value):
            raise ParamsError(
                f"{where}: {name} exists when {other} is {value!r}, which is not in its range"
                f"{did_you_mean(value, map(str, by_name[other].choices))}"
            )


def _try_values(path: Path, space: Space, params: Params, kind: Kind, task: Task) -> None:
    base = {name: current_value(params, name) for name in space.names}
    by_name = {parameter.name: parameter for parameter in space.parameters}
    for parameter in space.parameters:
        beside = base | _enabling(parameter, by_name)
        for value in parameter.choices or parameter.values(2):
            try:
                build_model(override_params(params, {**beside, parameter.name: value}), kind, task)
            except RetraceError as error:
                message = str(error).removeprefix("params.yaml: ")
                raise ParamsError(f"{path}: {message}") from error


def _enabling(parameter: Parameter, by_name: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return values of other parameters beside which this one exists."""
    values: dict[str, Any] = {}
    for other, allowed in parameter.when.items():
        values |= {other: allowed[0]} | _enabling(by_name[other], by_name)
    return values
