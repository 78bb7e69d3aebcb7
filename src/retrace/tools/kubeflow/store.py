"""Where packs of files lie for the components, and where each run is put: a folder or a bucket."""

import contextlib
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import fsspec

from retrace.core.errors import RetraceError
from retrace.tools.kubeflow.planning import Component, Pack
from retrace.tools.repository import s3
from retrace.tools.repository.addresses import without_secrets
from retrace.tools.repository.components import unpack


def put_packs(store: str, components: Sequence[Component]) -> int:
    """Write the packs that are not in the store yet; return how many there were.

    Raises
    ------
    RetraceError
        The store cannot be written.
    """
    packs = {pack.name: pack for each in components for pack in each.packs.values()}
    with _explained(store):
        files, folder = fsspec.url_to_fs(f"{store}/packs")
        files.makedirs(folder, exist_ok=True)
        new = [pack for pack in packs.values() if not files.exists(f"{folder}/{pack.name}")]
        for pack in new:
            # Whole or not at all: a name that is there is not written again.
            with tempfile.NamedTemporaryFile(prefix="retrace-") as made:
                write_pack(pack, Path(made.name))
                files.put_file(made.name, f"{folder}/{pack.name}.unfinished")
            files.mv(f"{folder}/{pack.name}.unfinished", f"{folder}/{pack.name}")
    return len(new)


def write_pack(pack: Pack, path: Path) -> None:
    """Write files of this folder into a tar that tells nothing of when and by whom."""
    with tarfile.open(path, "w") as tar:
        for name in pack.files:
            entry = tar.gettarinfo(name, name)
            entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = 0, 0, 0, "", ""
            entry.mode = 0o755 if entry.mode & 0o100 else 0o644
            with Path(name).open("rb") as file:
                tar.addfile(entry, file)


@contextlib.contextmanager
def open_run(store: str, run: str) -> Iterator[Path]:
    """Unpack a run into a folder that is there for as long as it is looked at.

    Raises
    ------
    RetraceError
        The store has no such run, or cannot be read.
    """
    with _explained(store):
        files, folder = fsspec.url_to_fs(f"{store}/runs")
        known = [Path(path).stem for path in files.find(folder)] if files.exists(folder) else []
        if run not in known:
            there = f"it has {', '.join(sorted(known)[-5:])}" if known else "it has none yet"
            raise RetraceError(f"{without_secrets(store)} has no run '{run}': {there}")
    with tempfile.TemporaryDirectory(prefix="retrace-") as place:
        with _explained(store):
            files.get_file(f"{folder}/{run}.tar", f"{place}/run.tar")
            unpack(f"{place}/run.tar", f"{place}/run")
        yield Path(place, "run")


@contextlib.contextmanager
def _explained(store: str) -> Iterator[None]:
    try:
        yield
    except RetraceError:
        raise
    except Exception as error:  # each kind of store has exceptions of its own
        message = without_secrets(s3.in_words(error))
        raise RetraceError(f"the store {without_secrets(store)} fails: {message}") from error
