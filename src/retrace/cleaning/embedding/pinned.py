"""Which network exactly: its files in a folder, the very ones that ``revision`` in params.yaml names.

A hub name is pinned by a commit, a folder by a hash of what it holds. So params.yaml says in both cases
what the vectors are made with, and DVC sees a change of it.
"""

import functools
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from retrace.cleaning.embedding.network import imported
from retrace.core.errors import ModelError
from retrace.core.params import Pretrained

COMMIT, FOLDER_HASH = 40, 64  # hexadecimal digits

# No pickled weights (*.bin): loading them would run code that is in them.
WANTED = ["*.json", "*.txt", "*.model", "*.jinja", "*.safetensors"]
UNWANTED = ["onnx/*", "openvino/*"]

# What Git, systems and download tools leave in a folder; no path of a model may lead there.
NOT_HASHED = {".git", ".gitattributes", ".gitignore", ".cache", ".DS_Store"}

# Where a model's own files name others: (file, the suffix of what it may name).
SHARDS, MODULES = "*.safetensors.index.json", "modules.json"

HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")

BY_HAND = (
    "without a network, copy the model's files into a folder and name that as backbone"
    " (docs/pretrained.md)"
)


def pinned_folder(settings: Pretrained, key: str) -> Path:
    """Return the folder with the files of the pinned network, downloaded if need be.

    Parameters
    ----------
    settings : Pretrained
        ``backbone`` and ``revision``.
    key : str
        Their section of params.yaml, for messages: ``"preprocess.text"``.

    Raises
    ------
    ModelError
        There is no such network, it cannot be fetched, it is not the one that ``revision`` names, or
        it names files that ``revision`` does not pin.
    """
    folder = _found_folder(settings, key)
    _refuse_what_leads_out(folder, key)
    return folder


def _found_folder(settings: Pretrained, key: str) -> Path:
    name, revision = str(settings.backbone), settings.revision
    if Path(name).is_dir():
        return _checked_folder(Path(name), revision, key)
    if revision is not None and len(revision) == FOLDER_HASH:
        raise ModelError(
            f"{key}.backbone: no folder '{name}' in {Path.cwd()}, and {key}.revision is the hash of a"
            " folder: put the folder there (`dvc pull`, if it is under DVC)"
        )
    if not HUB_NAME.fullmatch(name):
        raise ModelError(
            f"{key}.backbone: got '{name}', which is no folder here and cannot be a name on the"
            " Hugging Face hub: give one or the other"
        )
    if revision is None:
        raise ModelError(
            f"{key}.revision: got nothing; '{name}' is no folder here, so a name on the Hugging Face"
            f" hub, and needs the full commit hash ({COMMIT} hexadecimal digits, on its page under"
            " 'Files', 'History')"
        )
    return _from_hub(name, revision, key)


def folder_hash(folder: Path) -> str:
    """Return one SHA-256 for the files of a folder, names and contents; `NOT_HASHED` and .md not."""
    digest = hashlib.sha256()
    for path in sorted(_files(folder), key=lambda path: path.relative_to(folder).as_posix()):
        with path.open("rb") as file:
            contents = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{contents}  {path.relative_to(folder).as_posix()}\n".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_HASHED]
        for name in folders:
            if (Path(parent) / name).is_symlink():
                raise ModelError(
                    f"{Path(parent) / name} is a link to a folder, whose files the hash of {folder}"
                    " would leave out: copy the folder there"
                )
        for name in names:
            path = Path(parent) / name
            if path.is_file() and path.suffix != ".md" and name not in NOT_HASHED:
                yield path


def _refuse_what_leads_out(folder: Path, key: str) -> None:
    for file, name in _named_files(folder):
        path = PurePosixPath(name)
        shard = file.name != MODULES
        if (
            path.is_absolute()
            or {"..", *NOT_HASHED} & set(path.parts)
            or (shard and path.suffix != ".safetensors")
        ):
            raise ModelError(
                f"{key}.backbone: {file} names '{name}', which {key}.revision does not pin: take a model"
                " whose files name only .safetensors files and folders inside of its own"
            )


def _named_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield what the index of split weights and the list of modules name, by the file that does."""
    try:
        for file in folder.rglob(SHARDS):
            yield from (
                (file, str(name)) for name in json.loads(file.read_bytes())["weight_map"].values()
            )
        file = folder / MODULES
        if file.is_file():
            yield from ((file, str(module["path"])) for module in json.loads(file.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{file} is damaged ({error}): put the file back") from error


def _checked_folder(folder: Path, revision: str | None, key: str) -> Path:
    actual = folder_hash(folder)
    if revision is None:
        raise ModelError(
            f"{key}.revision: got nothing; a folder is pinned by the hash of its files, for"
            f" '{folder}' as it is now: {actual}"
        )
    if revision != actual:
        raise ModelError(
            f"{key}.backbone: the files in '{folder}' are not those of {key}.revision: got {actual},"
            f" expected {revision}: put the files back, or set the revision to the new hash"
        )
    return folder


def _from_hub(name: str, revision: str, key: str) -> Path:
    hub = imported("huggingface_hub")
    hub.logging.set_verbosity_error()
    download = functools.partial(
        hub.snapshot_download,
        name,
        revision=revision,
        allow_patterns=WANTED,
        ignore_patterns=UNWANTED,
    )
    try:
        with suppress(hub.errors.LocalEntryNotFoundError):
            return Path(download(local_files_only=True))
        hub.model_info(name, revision=revision, timeout=10)  # fails at once, a download only in 25 s
        print(f"{name}: fetched from the Hugging Face hub", file=sys.stderr)
        return Path(download())
    except Exception as error:  # its client raises errors of five libraries
        problem = _problem(hub.errors, error, revision)
        raise ModelError(f"{key}.backbone: '{name}' {problem}; {BY_HAND}") from error


def _problem(errors: Any, error: Exception, revision: str) -> str:
    """Say what went wrong, the most special error first."""
    known = {
        errors.GatedRepoError: "is open only to those who accepted its terms and logged in"
        " (`hf auth login`)",
        errors.RepositoryNotFoundError: "is not on the Hugging Face hub, or is private"
        " (`hf auth login`)",
        errors.RevisionNotFoundError: f"has no commit {revision} on the Hugging Face hub",
        errors.OfflineModeIsEnabled: f"has no whole copy of commit {revision[:8]} in the cache, and"
        " HF_HUB_OFFLINE is set",
    }
    for kind, problem in known.items():
        if isinstance(error, kind):
            return problem
    reason = (str(error).splitlines() or [""])[0]
    return f"cannot be fetched from the Hugging Face hub ({type(error).__name__}: {reason}): try again"
