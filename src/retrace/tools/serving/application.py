"""The application: what is asked under which path."""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from retrace.tools.serving import Settings
from retrace.tools.serving.answering import Answer, Question, answer_questions
from retrace.tools.serving.batching import Batcher
from retrace.tools.serving.describing import openapi_of, version_of
from retrace.tools.serving.keeping import Keeper
from retrace.tools.serving.limits import Rate, check_token, read_all
from retrace.tools.serving.model import Holder
from retrace.tools.serving.page import SECURITY, docs_of, page_of, script
from retrace.tools.serving.refusals import RefusedError
from retrace.tools.serving.watching import Numbers, Watched, write_line


class Refusal(BaseModel):
    """Why there is no answer."""

    error: str
    details: list[str]


class Answers(BaseModel):
    """An answer for each row, and the model that gave them."""

    model: dict[str, str]
    rows: list[dict[str, Any]]
    notes: list[str]


class Server:
    """What the paths share: the model, the queue before it, the limits and the numbers."""

    def __init__(self, holder: Holder, settings: Settings, log: IO[str] | None = None) -> None:
        self.holder, self.settings, self.log = holder, settings, log or sys.stderr
        self.rate, self.numbers = Rate(settings.rate), Numbers()
        self.keeper = Keeper(settings.keep) if settings.keep else None
        self.batcher: Batcher[Question, Answer] = Batcher(
            self._answer, most=settings.batch_rows, waiting=settings.waiting
        )
        self.numbers.tell_model(holder.served)

    def _answer(self, questions: list[Question]) -> list[Answer | Exception]:
        self.numbers.batches.observe(len(questions))
        answers = answer_questions(self.holder.served, questions, self.settings.rows)
        for answer in answers:
            if isinstance(answer, Answer):
                self._count(answer)
        return answers

    def _count(self, answer: Answer) -> None:
        self.numbers.rows.inc(answer.n_rows)
        for row in answer.content["rows"]:
            if isinstance(row["predicted"], str):
                self.numbers.predicted.labels(row["predicted"]).inc()
        if self.keeper is not None:
            self.keeper.keep(answer)

    async def predict(self, request: Request) -> Response:
        """Answer a request for predictions."""
        self.check(request)
        body = await read_all(request, self.settings)
        question = Question(request.headers.get("content-type", "application/json"), body)
        answer = await self.batcher.ask(question)
        return JSONResponse(answer.content)

    def check(self, request: Request) -> None:
        """Refuse who may not ask, or asks too often."""
        self.rate.check(request.client.host if request.client else "")
        check_token(request, self.settings.tokens)

    def reload(self) -> bool:
        """Look for another model in the place of this one; tell what came of it."""
        before = self.holder.problem
        if self.holder.reload():
            source = self.holder.served.source
            self.numbers.reloads.inc()
            self.numbers.tell_model(self.holder.served)
            write_line(self.log, "reload", model=source.name, commit=source.commit, md5=source.md5)
            return True
        if self.holder.problem and self.holder.problem != before:
            self.numbers.failed_reloads.inc()
            write_line(self.log, "reload failed", why=self.holder.problem)
        return False

    async def watch(self, seconds: float) -> None:
        """Look again and again."""
        while seconds:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.reload)


def make_application(
    holder: Holder, settings: Settings, *, reload_every: float = 0, log: IO[str] | None = None
) -> FastAPI:
    """Build the application around a model.

    Parameters
    ----------
    holder : Holder
        Of the model that answers.
    settings : Settings
        What it lets a request ask.
    reload_every : float
        Seconds from one look for a promoted model to the next; 0: never.
    log : file
        Standard error if it is not said.
    """
    server = Server(holder, settings, log)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(server.watch(reload_every))
        yield
        watch.cancel()
        await server.batcher.finish()

    # FastAPI's own pages load their viewers from the network.
    app = FastAPI(
        title="Retrace",
        description=__doc__,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.server = server
    _add_paths(app, server)
    _add_refusals(app)
    app.openapi = lambda: openapi_of(  # type: ignore[method-assign]
        get_openapi(title=app.title, version=app.version, routes=app.routes),
        holder.served,
        tokens=bool(settings.tokens),
    )
    app.add_middleware(Watched, numbers=server.numbers, log=server.log)
    return app


def _add_paths(app: FastAPI, server: Server) -> None:
    app.add_api_route(
        "/predict",
        server.predict,
        methods=["POST"],
        response_model=Answers,
        responses={400: {"model": Refusal}},
        summary="Say what the model predicts for rows",
    )

    @app.get("/health", summary="Whether the process lives")
    async def health() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/ready", summary="Whether the model answers")
    async def ready() -> dict[str, str]:
        return {"status": "ready", "model": server.holder.served.source.md5}

    @app.get("/version", summary="Which model it is: hashes, data, metrics with intervals")
    async def version() -> dict[str, Any]:
        return version_of(server.holder.served)

    @app.get("/metrics", response_class=PlainTextResponse, summary="Prometheus' numbers")
    async def metrics() -> Response:
        return PlainTextResponse(server.numbers.text())

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        content = page_of(server.holder.served, tokens=bool(server.settings.tokens))
        return HTMLResponse(content, headers=SECURITY)

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        title = server.holder.served.source.description.title
        address = str(request.base_url).rstrip("/")
        return HTMLResponse(docs_of(app.openapi(), title, address), headers=SECURITY)

    @app.get("/page.js", include_in_schema=False)
    async def page_script() -> Response:
        return Response(script(), media_type="text/javascript")


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(RefusedError)
    async def refuse(_: Request, error: RefusedError) -> JSONResponse:
        return JSONResponse(error.body(), status_code=error.status, headers=_headers(error.status))

    @app.exception_handler(HTTPException)
    async def elsewhere(_: Request, error: HTTPException) -> JSONResponse:
        body = {"error": str(error.detail), "details": []}
        return JSONResponse(body, status_code=error.status_code, headers=error.headers)


def _headers(status: int) -> dict[str, str]:
    return {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "1"}}.get(status, {})


def quiet_access_log() -> dict[str, Any]:
    """Return uvicorn's logging: its own words as lines of JSON, no second line for each request."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": Lines}},
        "handlers": {"error": {"class": "logging.StreamHandler", "formatter": "json"}},
        "loggers": {
            "uvicorn": {"handlers": ["error"], "level": "INFO", "propagate": False},
            "uvicorn.access": {"level": "WARNING"},
        },
    }


class Lines(logging.Formatter):
    """A log record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one."""
        message = record.getMessage()
        if record.exc_info:
            message = f"{message}\n{self.formatException(record.exc_info)}"
        return json.dumps({"event": "server", "level": record.levelname, "said": message})
