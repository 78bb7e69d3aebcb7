"""How a project pins the library: by its release, its commit, or a wheel that the project keeps."""

import hashlib
import json
import re
import tempfile
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlparse

from retrace.core.errors import RetraceError
from retrace.tools.project import template
from retrace.tools.project.template import PIN, Files
from retrace.tools.project.wheel import build_wheel
from retrace.tools.repository.addresses import without_secrets
from retrace.tools.repository.git import git

PACKAGE = "retrace-ml"
WHEELS = "wheels"

HEADER = "# The library, which every stage depends on: `retrace update` writes this file.\n"


def pin_library() -> tuple[str, Files]:
    """Return the version of the library that runs, and the files that pin it.

    Returns
    -------
    version : str
    files : dict
        requirements-retrace.txt; where the library comes from no index and no Git, also its wheel.
    """
    if template.is_checkout():
        return _of_checkout(template.CHECKOUT)
    try:
        installed = distribution(PACKAGE)
    except PackageNotFoundError:
        raise RetraceError(
            f"{template.PACKAGE} is no installed package: `pip install {PACKAGE}`, or its wheel"
        ) from None
    source = json.loads(installed.read_text("direct_url.json") or "{}")
    return installed.version, _of_package(installed.version, source)


def _of_package(version: str, source: dict[str, object]) -> Files:
    url = str(source.get("url", ""))
    vcs = source.get("vcs_info")
    if isinstance(vcs, dict):
        return _line(f"{PACKAGE} @ {vcs['vcs']}+{without_secrets(url)}@{vcs['commit_id']}")
    wheel = Path(unquote(urlparse(url).path)) if url.startswith("file:") else None
    if wheel is not None and wheel.suffix == ".whl" and wheel.is_file():
        return _kept(wheel.name, wheel.read_bytes())
    if wheel is not None:
        raise RetraceError(
            f"{PACKAGE} {version} was installed from {wheel}, which is no wheel or is gone: install it"
            " from a wheel that is there, from a Git URL, or by its version"
        )
    return _line(f"{PACKAGE}=={version}")


def _of_checkout(checkout: Path) -> tuple[str, Files]:
    settings = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))
    version = str(settings["project"]["version"])
    commit = git("rev-parse", "HEAD", folder=checkout)
    dirty = bool(git("status", "--porcelain", folder=checkout))
    url = without_secrets(git("remote", "get-url", "origin", folder=checkout))
    published = commit and git("branch", "--remotes", "--contains", commit, folder=checkout)
    if published and not dirty and (address := _address(url)):
        return version, _line(f"{PACKAGE} @ git+{address}@{commit}")
    label = f"g{commit[:8] or 'none'}{'.changed' if dirty else ''}"
    with tempfile.TemporaryDirectory(prefix="retrace-") as place:
        wheel = build_wheel(checkout, template.names(checkout), label, Path(place))
        return f"{version}+{label}", _kept(wheel.name, wheel.read_bytes())


def _address(url: str) -> str:
    """Return a URL that pip takes; nothing of a folder on this machine."""
    if short := re.fullmatch(r"(?:[\w.-]+@)?([\w.-]+):(?!/)(.+)", url):
        return f"ssh://git@{short[1]}/{short[2]}"
    return url if url.startswith(("https://", "ssh://")) else ""


def _kept(name: str, content: bytes) -> Files:
    path = f"{WHEELS}/{name}"
    files = _line(f"./{path} --hash=sha256:{hashlib.sha256(content).hexdigest()}")
    return files | {path: content}


def _line(requirement: str) -> Files:
    return {PIN: f"{HEADER}{requirement}\n".encode()}
