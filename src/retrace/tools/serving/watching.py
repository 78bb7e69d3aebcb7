"""What is told of requests: Prometheus' numbers, and a line of JSON for each; never what was asked."""

import json
import sys
import time
from datetime import UTC, datetime
from typing import IO, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrace.tools.serving.model import Served

ROUTES = {
    *("/", "/predict", "/health", "/ready", "/version", "/metrics"),
    *("/docs", "/page.js", "/openapi.json"),
}

ROWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Numbers:
    """The counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.requests = Counter("retrace_requests", "Requests", ["path", "status"], registry=registry)
        self.seconds = Histogram(
            "retrace_request_seconds", "Duration of a request", ["path"], registry=registry
        )
        self.rows = Counter("retrace_rows", "Rows that were answered", registry=registry)
        self.predicted = Counter(
            "retrace_predicted", "Rows by their predicted class", ["class_name"], registry=registry
        )
        self.batches = Histogram(
            "retrace_batch_requests",
            "Requests that were answered together",
            buckets=ROWS,
            registry=registry,
        )
        self.reloads = Counter(
            "retrace_reloads", "Models that took the place of another", registry=registry
        )
        self.failed_reloads = Counter(
            "retrace_failed_reloads", "Models that could not", registry=registry
        )
        self.model = Gauge(
            "retrace_model_info", "The model", ["name", "md5", "commit"], registry=registry
        )

    def tell_model(self, served: Served) -> None:
        """Say which model answers now."""
        self.model.clear()
        self.model.labels(served.source.name, served.source.md5, served.source.commit).set(1)

    def text(self) -> bytes:
        """Return all in Prometheus' text format."""
        return generate_latest(self.registry)


class Watched:
    """An ASGI application whose requests are counted and logged.

    Parameters
    ----------
    app : ASGIApp
        The application.
    numbers : Numbers
        Where requests are counted.
    log : file
        Gets a line for each request.
    """

    def __init__(self, app: ASGIApp, numbers: Numbers, log: IO[str] | None = None) -> None:
        self.app, self.numbers, self.log = app, numbers, log or sys.stderr

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and note its status and duration."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), [500]

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - start
            path = scope["path"] if scope["path"] in ROUTES else "other"
            self.numbers.requests.labels(path, str(status[0])).inc()
            self.numbers.seconds.labels(path).observe(seconds)
            write_line(
                self.log,
                "request",
                method=scope["method"],
                path=path,
                status=status[0],
                ms=round(1000 * seconds, 2),
            )


def write_line(log: IO[str], event: str, **values: Any) -> None:
    """Write a line of JSON."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    print(json.dumps({"time": now, "event": event} | values), file=log, flush=True)
