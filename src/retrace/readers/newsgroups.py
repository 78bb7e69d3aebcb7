"""20 Newsgroups by date: posts to Usenet, read from the archive that is passed around, never unpacked.

K. Lang, "NewsWeeder: Learning to Filter Netnews", ICML 1995, 331-339; in J. Rennie's version "by date",
whose test part is the newer posts: 11,314 and 7,532 texts in 20 classes, headers included.
"""

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from retrace.core.errors import DataError
from retrace.core.records import PARTS, Dataset
from retrace.readers.shared.class_folders import is_litter
from retrace.readers.shared.description import described
from retrace.readers.shared.links import refuse_a_link_out
from retrace.readers.shared.texts import TextFile, TextsDescription, to_dataset


@described
class Description(TextsDescription):
    """Where the archive is: ``file`` in the dataset's folder, or else at ``url``."""

    reader: Literal["newsgroups"]
    file: Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$")]
    url: str | None = None
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _a_download_has_a_hash(self) -> "Description":
        if self.url is not None and self.sha256 is None:
            raise ValueError("`url` needs `sha256`: what comes from the network is checked")
        return self


def read(description: Description, name: str, folder: Path) -> Dataset:
    """Read the posts of the archive, which is downloaded if it is not in ``folder``.

    Raises
    ------
    DataError
        The archive is not there and cannot be fetched, is damaged, or is laid out in another way.
    """
    archive = find_archive(description, folder)
    return to_dataset(list(_posts(archive)), description, name, str(archive))


def find_archive(description: Description, folder: Path) -> Path:
    """Return the path of the archive: in ``folder``, in the user's cache, or downloaded to there.

    Raises
    ------
    DataError
        It is not there and cannot be fetched, or its hash is another than ``sha256``.
    """
    from retrace.readers.shared import download

    placed = folder / description.file
    if placed.is_file():
        refuse_a_link_out(placed, folder)
        if description.sha256 not in (None, got := download.file_sha256(placed)):
            raise DataError(
                f"{placed} has the SHA-256 {got}, should be {description.sha256}: put the right file"
                f" there, or change `sha256:` in {folder}.yaml"
            )
        return placed
    if description.url is None or description.sha256 is None:
        raise DataError(
            f"{placed} is not here: put the archive there and run `dvc add {folder}`, or set `url:` and"
            f" `sha256:` in {folder}.yaml"
        )
    return download.fetch(description.url, description.sha256, placed.name)


def _posts(archive: Path) -> Iterator[TextFile]:
    try:
        with tarfile.open(archive, "r|*") as members:  # as a stream: each byte is unpacked once
            for member in members:
                if (place := _place(member, archive)) is not None:
                    content = members.extractfile(member)
                    yield TextFile(*place, content.read() if content else b"")
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise DataError(f"{archive} is not a whole tar archive ({error}): fetch it again") from error


def _place(member: tarfile.TarInfo, archive: Path) -> tuple[str, str, str] | None:
    """Return id, part and class of a post, such as ``20news-bydate-train/sci.space/60191``."""
    names = [name for name in member.name.split("/") if name not in {"", "."}]
    if member.isdir() or any(is_litter(name) for name in names if name != ".."):
        return None
    part = names[-3].rsplit("-", 1)[-1] if len(names) > 2 else ""
    if part not in PARTS or not member.isfile():
        raise DataError(
            f"{archive} holds '{member.name}', should hold files in train/<class>/ and test/<class>/"
            " (or 20news-bydate-train/<class>/, ...)"
        )
    return "/".join([part, *names[-2:]]), part, names[-2]
