"""The folder that CI uploads for a pull request: the comment, what Git keeps, the rest of report/."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from retrace.core.artifacts import METRICS_JSON, REPORT_MD, save_text
from retrace.core.errors import ArtifactError, RetraceError
from retrace.core.params import load_params
from retrace.readers import describe
from retrace.tools.pull_request.posting.untrusted import is_known
from retrace.tools.repository.lock import LOCK

COMMENT = Path("comment.md")
OPENED, LOOK = Path("opened.md"), Path("look.json")
REPORT = REPORT_MD.parent

LARGEST = 5_000_000  # bytes
MOST_FILES = 200


def files_to_take() -> tuple[list[Path], list[Path]]:
    """Return the files that go with a comment, and those of report/ that are too large.

    Of a dataset that calls itself private only what Git keeps: no predictions and no pictures of rows.
    """
    if _is_private():
        return [path for path in (LOCK, METRICS_JSON, REPORT_MD) if path.is_file()], []
    files = [path for path in (LOCK, METRICS_JSON) if path.is_file()]
    files += [path for path in sorted(REPORT.rglob("*")) if _is_of_a_report(path)][:MOST_FILES]
    large = [path for path in files if path.stat().st_size > LARGEST]
    return [path for path in files if path not in large], large


def _is_private() -> bool:
    if not Path("params.yaml").exists():
        return False
    try:
        return describe(load_params().data).private
    except RetraceError:  # whose rows they are, nobody knows
        return True


def _is_of_a_report(path: Path) -> bool:
    plain = path.is_file() and not any(each.is_symlink() for each in (path, *path.parents))
    # The job that posts the comment refuses a folder with anything else.
    return plain and is_known(path.as_posix())


def write_folder(texts: Mapping[Path, str], folder: Path) -> None:
    """Put the comment and its files into a folder, whole: an earlier one is replaced.

    Parameters
    ----------
    texts : mapping of Path to str
        `COMMENT`, and what goes beside it.

    Raises
    ------
    RetraceError
        The folder holds something else, or cannot be written.
    """
    if folder.exists() and not _is_ours(folder):
        raise RetraceError(
            f"{folder} holds other files: name a folder that is new, empty or an earlier one's"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".pull-request-") as beside:
            made = Path(beside) / "made"
            for name, text in texts.items():
                save_text(text, made / name)
            for path in files_to_take()[0]:
                (made / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, made / path)
            if folder.exists():
                folder.rename(Path(beside) / "earlier")
            made.rename(folder)
    except OSError as error:
        raise ArtifactError(
            f"{folder} cannot be written ({error.strerror or error}): check its rights and space"
        ) from error


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and ((folder / COMMENT).is_file() or not any(folder.iterdir()))
