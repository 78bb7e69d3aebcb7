"""URLs as they may be shown and kept: user names, passwords, keys and queries left out."""

import re

# A password may hold an @ itself, so the last one before the path counts.
URL = re.compile(r"\b([a-zA-Z][a-zA-Z0-9+.-]+):/{1,3}(?=[^\s/])([^\s'\"`<>]*)")

# What may stand around a URL in a sentence.
ENDS = ".,;:)]}"


def without_secrets(text: str) -> str:
    """Return a URL, or a sentence with some, without user name, password, query and fragment.

    Parameters
    ----------
    text : str
        Such as ``"s3://key:secret@bucket/data?token=1 fails"``.

    Returns
    -------
    str
        ``"s3://bucket/data fails"``.
    """
    return URL.sub(lambda match: _shown(match[0]), text)


def holds_secrets(url: str) -> bool:
    """Tell whether a URL has a part that is not shown, where keys can stand."""
    return without_secrets(url) != url


def _shown(url: str) -> str:
    trimmed = url.rstrip(ENDS)
    scheme, slashes, rest = re.fullmatch(r"([^:]+):(/+)(.*)", trimmed, re.DOTALL).groups()  # type: ignore[union-attr]
    place, slash, path = re.split("[?#]", rest, maxsplit=1)[0].partition("/")
    # Of `user:a/b@host` the path has the end of the password.
    if "@" in path and ":" in place:
        place, slash, path = path.rpartition("@")[2].partition("/")
    return f"{scheme}:{slashes}{place.rpartition('@')[2]}{slash}{path}{url[len(trimmed) :]}"
