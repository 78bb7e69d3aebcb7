"""What runs in a component: DVC makes one stage, of artefacts, in a folder of its own.

KFP carries the text of these functions in the compiled pipeline, so that an image needs DVC and KFP, and
nothing of this project; whatever they use they import themselves.
"""

# ruff: noqa: D103 they are sent as text, and short; what they do stands here and in docs/kubeflow.md

from typing import Any


def run_stage(plan: dict[str, Any], places: dict[str, str], values: dict[str, str]) -> str:
    """Make one stage.

    Parameters
    ----------
    plan : dict
        From `retrace.tools.kubeflow.planning.Component`.
    places : dict of str to str
        Where each artefact is, or belongs.
    values : dict of str to str
        Those of params files, as text of YAML.

    Returns
    -------
    str
        The hashes of what the stage made: they, and not where artefacts lie, are what KFP's cache of the
        next stages asks for.
    """
    import shutil
    from pathlib import Path

    folder = open_folder(plan)
    lay_inputs(plan, places, folder)
    write_values(plan, values, folder)
    repro(plan, folder)
    for name, path in plan["outputs"].items():
        copy(folder / path, Path(places[name]))
    lock = (folder / plan["file"]).with_name("dvc.lock")
    shutil.copy(lock, places["lock"])
    return hashes(lock)


def open_folder(plan: dict[str, Any]) -> Any:
    """Return an empty folder but for what the last run here made, where RETRACE_KFP_FOLDER keeps it."""
    import os
    import shutil
    import tempfile
    from pathlib import Path

    home = os.environ.get("RETRACE_KFP_FOLDER")
    folder = Path(home or tempfile.mkdtemp()) / plan["name"]
    before = folder.with_name(f"{folder.name}.before")
    if folder.exists():
        shutil.rmtree(before, ignore_errors=True)
        folder.rename(before)
    lock = str(Path(plan["file"]).with_name("dvc.lock"))
    for path in [".dvc", lock, *plan["outputs"].values()]:
        if (before / path).exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (before / path).rename(folder / path)
    shutil.rmtree(before, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def lay_inputs(plan: dict[str, Any], places: dict[str, str], folder: Any) -> None:
    from pathlib import Path

    from dvc.utils.serialize import dump_yaml

    for name in plan["packs"]:
        unpack(places[name], folder)
    for name, path in plan["inputs"].items():
        copy(Path(places[name]), folder / path)
    file = folder / plan["file"]
    file.parent.mkdir(parents=True, exist_ok=True)
    dump_yaml(str(file), plan["definition"])
    for stage in plan["definition"]["stages"].values():
        wdir = stage.get("do", stage).get("wdir", ".")
        (file.parent / wdir).mkdir(parents=True, exist_ok=True)


def unpack(archive: Any, folder: Any) -> None:
    import tarfile
    from pathlib import PurePosixPath

    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            path = PurePosixPath(member.name)
            plain = member.isfile() or member.isdir()
            if not plain or path.is_absolute() or ".." in path.parts:
                raise tarfile.TarError(f"'{member.name}' of {archive} is no file of the folder below it")
        # Python 3.11 has the filter from 3.11.4 on, and all that it would stop is stopped above.
        safe: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(folder, **safe)


def write_values(plan: dict[str, Any], values: dict[str, str], folder: Any) -> None:
    from dvc.utils.serialize import dump_yaml, load_yaml, loads_yaml

    given = [(*plan["values"][name], text) for name, text in values.items()] + plan["fixed"]
    for file in dict.fromkeys(file for file, _, _ in given):
        content = load_yaml(str(folder / file)) if (folder / file).exists() else {}
        for _, key, text in (each for each in given if each[0] == file):
            *sections, last = key.split(".")
            section = content
            for part in sections:
                section = section.setdefault(part, {})
            section[last] = loads_yaml(f"value: {text}")["value"]
        dump_yaml(str(folder / file), content)


def repro(plan: dict[str, Any], folder: Any) -> None:
    import os
    import subprocess
    import sys
    from pathlib import Path

    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    own = {"PATH": path, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "DVC_NO_ANALYTICS": "1"}
    own["DVC_SITE_CACHE_DIR"] = str((folder / ".dvc/tmp/site_cache").absolute())
    # A shell of a stage takes PWD for what it is, and a repository around this folder is not its own.
    own |= {"PWD": str(folder.absolute()), "GIT_CEILING_DIRECTORIES": str(folder.absolute().parent)}

    def dvc(*words: str) -> int:
        command = [sys.executable, "-m", "dvc", *words]
        return subprocess.run(command, cwd=folder, env=os.environ | own, check=False).returncode

    if not (folder / ".dvc").exists():
        dvc("init", "--no-scm", "--quiet")
    name = plan["stage"].rpartition(":")[2]
    if dvc("repro", f"{plan['file']}:{name}"):
        raise RuntimeError(f"the stage '{plan['stage']}' failed: what it said stands above")


def hashes(lock: Any) -> str:
    from dvc.utils.serialize import load_yaml

    stages = load_yaml(str(lock))["stages"].values()
    outs = [out for stage in stages for out in stage.get("outs", [])]
    return " ".join(f"{out['path']}={out.get('md5', '')}" for out in outs)


def copy(source: Any, target: Any) -> None:
    import shutil

    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)


def collect_run(plan: dict[str, Any], places: dict[str, str], values: dict[str, str], run: str) -> str:
    """Write what all stages made, their locks and the values of the run as one file of the store.

    Returns
    -------
    str
        The name of the run.
    """
    import io
    import tarfile

    import fsspec
    from dvc.utils.serialize import dumps_yaml

    said = {name: [*plan["values"][name], text] for name, text in values.items()}
    paths = list(plan["outputs"].values())
    about = dumps_yaml(
        {"values": list(said.values()), "locks": plan["locks"], "outputs": paths}
    ).encode()
    with (
        fsspec.open(f"{plan['store']}/runs/{run}.tar", "wb", auto_mkdir=True) as file,
        tarfile.open(fileobj=file, mode="w|") as tar,
    ):
        entry = tarfile.TarInfo("run.yaml")
        entry.size = len(about)
        tar.addfile(entry, io.BytesIO(about))
        for name in plan["locks"]:
            tar.add(places[name], f"locks/{name}")
        for name, path in plan["outputs"].items():
            tar.add(places[name], f"files/{path}")
    return run


# What the text of a component holds, in an order in which Python can read it.
SENT = (copy, hashes, repro, write_values, unpack, lay_inputs, open_folder)
