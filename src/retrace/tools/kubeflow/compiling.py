"""Components in, a pipeline of KFP out: its functions written, its tasks joined."""

import contextlib
import inspect
import linecache
import pprint
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrace.core.errors import RetraceError
from retrace.tools.kubeflow.planning import Component, run_parameters
from retrace.tools.repository.components import SENT, collect_run, run_stage
from retrace.tools.repository.resources import FILE, Resources

if TYPE_CHECKING:
    from kfp.dsl.base_component import BaseComponent

ACCELERATOR = "nvidia.com/gpu"

COLLECT = "collect"


def check_installed() -> None:
    """Refuse to go on without KFP.

    Raises
    ------
    RetraceError
        It is not installed.
    """
    try:
        import kfp  # noqa: F401
    except ImportError as error:
        raise RetraceError(
            f"retrace kfp needs Kubeflow Pipelines' SDK ({error}): run `pip install --no-deps -r"
            " requirements-kfp.txt`, or `pip install kfp==2.16.1` in a project of your own"
        ) from error


def write_pipeline(pipeline: "BaseComponent", path: Path) -> None:
    """Compile a pipeline into a file of YAML.

    Raises
    ------
    RetraceError
        KFP refuses it.
    """
    from kfp import compiler

    with _explained():
        compiler.Compiler().compile(pipeline, str(path))


def build_pipeline(
    name: str,
    components: Sequence[Component],
    *,
    store: str,
    resources: Mapping[str, Resources],
    image: str | None,
) -> "BaseComponent":
    """Join the components into a pipeline whose parameters are the values of params files.

    Parameters
    ----------
    name : str
        Of the pipeline, as its runs show it.
    components : sequence of Component
        In an order in which they can run.
    store : str
        The address below which the packs are, and where a run is put.
    resources : mapping of str to Resources
        What each stage asks for; empty leaves it to the cluster.
    image : str or None
        That of stages which name none.

    Raises
    ------
    RetraceError
        A stage has no image, or KFP refuses what it asks for.
    """
    from kfp import dsl

    options = run_parameters(components)
    images = [_image_of(each, resources, image) for each in components]
    makers = {path: each.name for each in components for path in each.outputs.values()}
    stages = [
        _stage_component(each, used, makers) for each, used in zip(components, images, strict=True)
    ]
    collect = _collecting_component(components, store, images[-1])

    def build(*arguments: Any) -> Any:
        given: dict[str, Any] = dict(zip(options, arguments, strict=True))
        made: dict[str, tuple[str, Any]] = {}
        tasks: dict[str, Any] = {}
        for each, make in zip(components, stages, strict=True):
            task = make(**_arguments(each, given, made, tasks), **_imported(each, store))
            _ask_for(task, each, resources)
            tasks[each.name] = task
            made |= {path: (each.name, task.outputs[key]) for key, path in each.outputs.items()}
        locks = {f"lock_of_{name}": task.outputs["lock"] for name, task in tasks.items()}
        outs = {f"{stage}_{key}": made[path][1] for stage, key, path in _all_outputs(components)}
        last = collect(**given, **locks, **outs, run=dsl.PIPELINE_JOB_ID_PLACEHOLDER)
        last.set_caching_options(False)
        return last.output

    free = inspect.Parameter.POSITIONAL_OR_KEYWORD
    build.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(key, free, default=value.text, annotation=str)
            for key, value in options.items()
        ],
        return_annotation=str,
    )
    with _explained():
        return dsl.pipeline(name=name)(build)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError) as error:
        raise RetraceError(f"KFP refuses the pipeline: {error}") from error


def _arguments(
    component: Component,
    given: Mapping[str, Any],
    made: Mapping[str, tuple[str, Any]],
    tasks: Mapping[str, Any],
) -> dict[str, Any]:
    before = dict.fromkeys(made[path][0] for path in component.inputs.values())
    return (
        {key: given[key] for key in component.values}
        | {key: made[path][1] for key, path in component.inputs.items()}
        | {f"after_{name}": tasks[name].outputs["Output"] for name in before}
    )


def _imported(component: Component, store: str) -> dict[str, Any]:
    from kfp import dsl

    outputs = {}
    for key, pack in component.packs.items():
        task = dsl.importer(
            artifact_uri=f"{store}/packs/{pack.name}", artifact_class=dsl.Artifact, reimport=False
        )
        outputs[key] = task.set_display_name(f"{component.name}: {key}").output
    return outputs


def _stage_component(component: Component, image: str, makers: Mapping[str, str]) -> "BaseComponent":
    after = dict.fromkeys(makers[path] for path in component.inputs.values())
    return _component(
        component.name,
        "run_stage",
        component.plan,
        artefacts=[*component.packs, *component.inputs],
        strings=[*component.values, *(f"after_{name}" for name in after)],
        values=list(component.values),
        made=["lock", *component.outputs],
        image=image,
    )


def _all_outputs(components: Sequence[Component]) -> list[tuple[str, str, str]]:
    return [(each.name, key, path) for each in components for key, path in each.outputs.items()]


def _collecting_component(components: Sequence[Component], store: str, image: str) -> "BaseComponent":
    values = run_parameters(components)
    locks = {f"lock_of_{each.name}": each.stage.file for each in components}
    outputs = {f"{stage}_{key}": path for stage, key, path in _all_outputs(components)}
    keys = {name: [value.file, value.key] for name, value in values.items()}
    plan = {"store": store, "values": keys, "locks": locks, "outputs": outputs}
    return _component(
        COLLECT,
        "collect_run",
        plan,
        artefacts=[*locks, *outputs],
        strings=[*values, "run"],
        values=list(values),
        made=[],
        image=image,
        extra=", run=run",
    )


def _component(
    name: str,
    does: str,
    plan: Mapping[str, Any],
    *,
    artefacts: Sequence[str],
    strings: Sequence[str],
    values: Sequence[str],
    made: Sequence[str],
    image: str,
    extra: str = "",
) -> "BaseComponent":
    """Write a component's function, since KFP takes its inputs and outputs from the text of one."""
    from kfp import dsl

    signature = [f"    {each}: Input[Artifact]," for each in artefacts]
    signature += [f"    {each}: str," for each in strings]
    signature += [f"    {each}: Output[Artifact]," for each in made]
    places = "".join(f"            {each!r}: {each}.path,\n" for each in (*artefacts, *made))
    given = "".join(f"            {each!r}: {each},\n" for each in values)
    plan_text = textwrap.indent(pprint.pformat(plan, sort_dicts=False, width=100), "        ").lstrip()
    text = (
        f"def {name}(\n" + "\n".join(signature) + "\n) -> str:\n"
        f"    return {does}(\n        plan={plan_text},\n        places={{\n{places}        }},\n"
        f"        values={{\n{given}        }}{extra},\n    )\n"
    )
    file = f"<component {name}>"
    # KFP asks Python for the text of the function.
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict[str, Any] = {"Input": dsl.Input, "Output": dsl.Output, "Artifact": dsl.Artifact}
    exec(compile(text, file, "exec"), scope)
    functions = [*SENT, run_stage] if does == "run_stage" else [collect_run]
    with _explained():
        return dsl.component(
            scope[name], base_image=image, install_kfp_package=False, additional_funcs=functions
        )


def _image_of(component: Component, resources: Mapping[str, Resources], image: str | None) -> str:
    asked = resources.get(component.stage.name)
    chosen = (asked.image if asked else None) or image
    if not chosen:
        raise RetraceError(
            f"which image does '{component.stage.name}' run in? --image names one for all stages,"
            f" {FILE} one for each: `default: {{image: ...}}`"
        )
    return chosen


def _ask_for(task: Any, component: Component, resources: Mapping[str, Resources]) -> None:
    task.set_caching_options(not component.stage.always)
    asked = resources.get(component.stage.name)
    if asked is None:
        return
    task.set_cpu_request(str(asked.cpus)).set_cpu_limit(str(asked.cpus))
    if asked.memory:
        task.set_memory_request(asked.memory).set_memory_limit(asked.memory)
    if asked.gpus:
        task.set_accelerator_type(ACCELERATOR).set_accelerator_limit(asked.gpus)
