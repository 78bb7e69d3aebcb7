"""Set up the DVC remote for an S3 store, and try it: write, read back, delete."""

import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from retrace.core.errors import RetraceError
from retrace.tools.repository import s3
from retrace.tools.repository.addresses import holds_secrets, without_secrets
from retrace.tools.repository.remote import Remote, explained, reach, within

# Beside .dvc/config and in Git with it, so that plain `dvc push` and `dvc pull` have it too.
CLIENT_FILE = "s3-client"

# Stores that are not AWS may refuse, or store wrongly, the checksums that AWS's client adds since 2025;
# and it asks a server five times before it gives up.
CLIENT = {
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "max_attempts": "2",
}

CLIENT_TEXT = """\
# Read by DVC in place of ~/.aws/config: what S3 stores other than AWS need. Written by `retrace remote`.
# Keys do not belong here: docs/data-in-s3.md says where they do.
[default]
"""

BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")


@dataclass(frozen=True, kw_only=True)
class Store:
    """What .dvc/config says of an S3 store; no keys."""

    name: str
    url: str
    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None

    def __post_init__(self) -> None:
        """Check the addresses.

        Raises
        ------
        RetraceError
            One is not an address, or holds keys.
        """
        if holds_secrets(self.url):
            raise RetraceError(
                f"the URL of {without_secrets(self.url)} holds a user, keys or a query: leave them out,"
                " as .dvc/config goes into Git; docs/data-in-s3.md says where keys belong"
            )
        parts = urlsplit(self.url)
        if parts.scheme != "s3" or not BUCKET.fullmatch(parts.netloc):
            raise RetraceError(
                f"'{without_secrets(self.url)}' is no S3 URL: write s3://<bucket>/<folder>, and the"
                " server's address as `--endpoint-url`; for a store of another kind, `dvc remote add"
                " --default <name> <url>`"
            )
        server = urlsplit(self.endpoint or "https://aws")
        known = server.scheme in {"http", "https"} and server.hostname
        if not known or holds_secrets(self.endpoint or ""):
            raise RetraceError(
                f"the endpoint is '{without_secrets(self.endpoint or '')}', but must be like"
                " https://s3.example.org:9000 and hold no keys"
            )

    @property
    def needs_client_file(self) -> bool:
        """Whether DVC should read `CLIENT_FILE`: it hides ~/.aws/config, where profiles are."""
        return self.endpoint is not None and self.profile is None


def write(repo: Any, store: Store) -> None:
    """Make a store the default remote, in .dvc/config."""
    options: dict[str, Any] = {"url": store.url.rstrip("/"), "verify": True, "connect_timeout": 5}
    if store.endpoint:
        # Asking for the region of a bucket is AWS's.
        options |= {
            "endpointurl": store.endpoint,
            "region": store.region or "us-east-1",
            "read_timeout": 10,
        }
    elif store.region:
        options["region"] = store.region
    if store.profile:
        options["profile"] = store.profile
    if store.needs_client_file:
        path = Path(repo.dvc_dir, CLIENT_FILE)
        path.write_text(CLIENT_TEXT + "".join(f"{key} = {value}\n" for key, value in CLIENT.items()))
        # DVC writes it as seen from .dvc/config.
        options["configpath"] = os.path.relpath(path)
    with repo.config.edit("repo") as config:
        config["remote"][store.name] = options
        config["core"]["remote"] = store.name


def try_out(repo: Any, seconds: float) -> tuple[Remote, str | None]:
    """Ask the default remote, then write, read back and delete a small object.

    Returns
    -------
    (Remote, str or None)
        Why writing does not work, where only reading does.

    Raises
    ------
    RetraceError
        It cannot be read, or gives back other bytes.
    """
    remote = reach(repo, seconds)
    place = repo.cloud.get_remote()
    path = place.fs.join(place.path, f".retrace-{secrets.token_hex(8)}")
    content = secrets.token_bytes(64)
    try:
        within(seconds, lambda: place.fs.pipe_file(path, content))
    except Exception as error:  # each kind of store has exceptions of its own
        return remote, s3.in_words(error)
    with explained(remote):
        read_back = within(seconds, lambda: place.fs.cat_file(path))
    # Without the right to delete, which sharing does not need, 64 bytes stay.
    with suppress(Exception):
        within(seconds, lambda: place.fs.rm_file(path))
    if read_back != content:
        raise RetraceError(
            f"the remote '{remote.name}' ({remote.url}) gives back other bytes than it got"
        )
    return remote, None
