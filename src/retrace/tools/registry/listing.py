"""The versions of the model as a table: what each scores, where it is, who set it there and when."""

from dataclasses import asdict, dataclass

from retrace.evaluation.intervals import number_text
from retrace.tools.registry.promotion import stack
from retrace.tools.repository.git import find_tree
from retrace.tools.repository.sides import read_side
from retrace.tools.repository.versions import assignments, model_tags, versions


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of the model."""

    version: str
    stages: list[str]
    metric: str
    value: float | None
    model: str
    data: str
    commit: str
    when: str
    who: str


def list_versions() -> list[Version]:
    """Return all versions, the newest first, each with the stages that it is in now."""
    tags = model_tags()
    held = {stage: stack(of_stage) for stage, of_stage in assignments(tags).items()}
    now = {stage: tags_of[-1].commit for stage, tags_of in held.items() if tags_of}
    found = []
    for name, tag in reversed(versions(tags).items()):
        side = read_side(find_tree(tag.name))
        metric = side.metric or ""
        found.append(
            Version(
                version=name,
                stages=[stage for stage, commit in now.items() if commit == tag.commit],
                metric=metric,
                value=side.metrics.get("test", {}).get(metric),
                model=str(side.used.get("model", "")),
                data=str(side.used.get("data", "")),
                commit=tag.commit,
                when=tag.when,
                who=tag.who,
            )
        )
    return found


def as_table(found: list[Version]) -> str:
    """Write versions for a terminal."""
    rows = [["version", "stage", "test", "model", "data", "commit", "set on", "by"]]
    rows += [
        [
            each.version,
            ", ".join(each.stages) or "-",
            "-" if each.value is None else f"{each.metric} {number_text(each.value)}",
            each.model,
            each.data,
            each.commit[:7],
            each.when,
            each.who,
        ]
        for each in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def as_values(found: list[Version]) -> list[dict[str, object]]:
    """Return versions for JSON."""
    return [asdict(each) for each in found]
