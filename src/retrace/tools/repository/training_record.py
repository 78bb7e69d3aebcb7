"""What cache/environment.json, which the training writes, says against dvc.lock."""

import json
from pathlib import Path
from typing import Any

from retrace.core.artifacts import ENVIRONMENT, file_md5
from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import RetraceError
from retrace.core.params import checked_params
from retrace.tools.repository.lock import Lock, read_lock
from retrace.tools.repository.overrides import set_key


def contradictions(params: Path = Path("params.yaml")) -> list[str]:
    """Say where the training was made from something else than dvc.lock records.

    DVC reads params.yaml and hashes what a stage read after it ran: what was edited meanwhile, beside a
    plain `dvc repro`, is in the lock with another model.

    Returns
    -------
    list of str
        Empty too where the record is not here, or not the one that dvc.lock names.
    """
    lock = read_lock()
    made = _made_from(lock)
    changes = [
        f"train: its model was made from another {path} than dvc.lock records"
        for path, md5 in made.get("data", {}).items()
        if lock.outs.get(path) != md5
    ]
    locked = _locked_params_hash(lock, params) if "params" in made else None
    if locked is not None and made["params"] != locked:
        changes.append("train: its model was made with other params than dvc.lock records")
    return [f"{each}: edited while it trained; run `retrace repro --force train`" for each in changes]


def _made_from(lock: Lock) -> dict[str, Any]:
    md5 = lock.outs.get(ENVIRONMENT.as_posix())
    if md5 is None or not ENVIRONMENT.is_file() or file_md5(ENVIRONMENT) != md5:
        return {}
    try:
        made_from = json.loads(ENVIRONMENT.read_bytes())["made_from"]
    except (ValueError, KeyError, TypeError):
        return {}
    return made_from if isinstance(made_from, dict) else {}


def _locked_params_hash(lock: Lock, path: Path) -> str | None:
    """Hash the params of `train` as dvc.lock has them; None where they are no longer read so."""
    from retrace.models.provenance import params_hash

    values = load_yaml(path)
    for name, value in lock.params.items():
        set_key(values, name, value)
    try:
        return params_hash(checked_params(values, "dvc.lock"))
    except (RetraceError, KeyError, TypeError, AttributeError):
        return None
