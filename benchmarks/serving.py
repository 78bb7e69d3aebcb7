"""`retrace serve` under load, one row a request: with and without batches, against a bare function."""

import retrace  # isort: skip  # noqa: F401  before NumPy: it pins the instructions of the CPU

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np

from retrace.core.artifacts import TEST, load

CLIENTS, SECONDS, ROUNDS = 16, 3.0, 1

# The least that one can do: no limits, no schema, no log; `def`, so FastAPI takes its threads.
BARE = """
import retrace, joblib, numpy as np, uvicorn
from fastapi import Body, FastAPI
model, app = joblib.load("cache/model.joblib"), FastAPI()
@app.post("/predict")
def predict(rows: list = Body(embed=True)):
    return model.predict_proba(np.array(rows, dtype=np.uint8)[..., None]).tolist()
uvicorn.run(app, port=PORT, log_level="critical")
"""

SERVE = [sys.executable, "-m", "retrace", "serve", "--reload-every", "0"]


def measure() -> str:
    """Return a Markdown table of requests a second and the 99th percentile, best of each, in turns."""
    with tempfile.TemporaryDirectory(prefix="retrace-serving-") as folder:
        onnx = Path(folder) / "model.onnx"
        export = [sys.executable, "-m", "retrace", "export", "--output", str(onnx)]
        subprocess.run(export, check=True, capture_output=True)
        servers = {
            "a bare FastAPI function": [sys.executable, "-c", BARE],
            "`retrace serve --batch 1`": [*SERVE, "--batch", "1"],
            "`retrace serve`": SERVE,
            "`retrace serve --onnx --batch 1`": [*SERVE, "--onnx", str(onnx), "--batch", "1"],
            "`retrace serve --onnx`": [*SERVE, "--onnx", str(onnx)],
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
        for round_ in range(ROUNDS):
            for place, (name, command) in enumerate(servers.items()):
                found[name].append(_served(command, 8200 + 10 * round_ + place))
    best = {name: max(runs) for name, runs in found.items()}
    bare = best["a bare FastAPI function"][0]
    lines = [
        "| | requests/s | to the bare one | 99 % within |",
        "| --- | ---: | ---: | ---: |",
        *(f"| {name} | {n:.0f} | {n / bare:.1f} | {ms:.0f} ms |" for name, (n, ms) in best.items()),
    ]
    return "\n".join(lines)


def _served(command: list[str], port: int) -> tuple[float, float]:
    if command[1] == "-c":
        command = [*command[:2], command[2].replace("PORT", str(port))]
    else:
        command = [*command, "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
    try:
        return asyncio.run(_load(f"http://127.0.0.1:{port}/predict"))
    finally:
        process.terminate()
        process.wait()


async def _load(address: str) -> tuple[float, float]:
    """Ask one row after another from each client; return requests a second and p99 in ms."""
    image = json.dumps({"rows": [load(TEST).X[0][..., 0].tolist()]}).encode()
    headers = {"content-type": "application/json"}
    taken: list[float] = []
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=CLIENTS)) as client:
        await _ready(client, address, image, headers)
        end = time.perf_counter() + SECONDS

        async def one() -> None:
            while (start := time.perf_counter()) < end:
                said = await client.post(address, content=image, headers=headers)
                said.raise_for_status()
                taken.append(time.perf_counter() - start)

        await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return len(taken) / SECONDS, 1e3 * float(np.percentile(taken, 99))


async def _ready(client: httpx.AsyncClient, address: str, image: bytes, headers: dict[str, str]) -> None:
    for _ in range(600):
        try:
            said = await client.post(address, content=image, headers=headers)
            said.raise_for_status()
            return
        except httpx.TransportError:
            await asyncio.sleep(0.2)
    raise SystemExit(f"{re.sub('/predict', '', address)} does not answer")


if __name__ == "__main__":
    print(measure())
