"""Who may ask, how often, and how much at once."""

import asyncio
import secrets
import time
from collections import OrderedDict

from starlette.requests import ClientDisconnect, Request

from retrace.tools.serving import Settings
from retrace.tools.serving.refusals import RefusedError

CLIENTS = 10_000  # that are remembered, the latest


class Rate:
    """A token bucket for each client: bursts of one second's worth.

    Parameters
    ----------
    rate : float
        Requests a second; 0: any.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, client: str, now: float | None = None) -> None:
        """Count a request.

        Raises
        ------
        RefusedError
            The client asks too often.
        """
        if not self.rate:
            return
        now = time.monotonic() if now is None else now
        burst = max(1.0, self.rate)
        left, last = self._left.pop(client, (burst, now))
        left = min(burst, left + (now - last) * self.rate)
        self._left[client] = (left - 1 if left >= 1 else left), now
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
        if left < 1:
            raise RefusedError(429, f"more than {self.rate:g} requests a second: wait a moment")


def check_token(request: Request, tokens: frozenset[str]) -> None:
    """Refuse a request without a token, where one is asked for."""
    if not tokens:
        return
    given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    # All are compared, so that the time tells nothing.
    if not sum(secrets.compare_digest(given, token.encode()) for token in tokens):
        raise RefusedError(401, "no valid token: send the header 'Authorization: Bearer ...'")


async def read_all(request: Request, settings: Settings) -> bytes:
    """Return the body of a request.

    Raises
    ------
    RefusedError
        It is too large, takes too long, or is cut off.
    """
    most = int(settings.megabytes * 1e6)
    too_large = RefusedError(413, f"the body is larger than {settings.megabytes:g} MB")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise too_large
    parts, size = [], 0
    try:
        async with asyncio.timeout(settings.seconds):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise too_large
                parts.append(part)
    except TimeoutError:
        raise RefusedError(408, f"the body took longer than {settings.seconds:g} s") from None
    except ClientDisconnect:
        raise RefusedError(400, "the body was cut off") from None
    return b"".join(parts)
