"""Whether a server answers as the release says: `smoke.py <address> <release folder> <file of tokens>`.

Needs nothing but Python, so that it can ask an image from outside.
"""

import csv
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

TYPES = {".csv": "text/csv", ".png": "image/png", ".txt": "text/plain"}

PATIENCE = 120  # seconds until it is up

TOLERANCE = 1e-5


def main(address: str, folder: Path, token: str) -> None:
    """Ask for life, for the model's hash and for the example's answer; exit with what is wrong."""
    wait(address)
    wanted = json.loads((folder / "statement.json").read_text())["model_md5"]
    got = json.loads(ask(f"{address}/ready"))["model"]
    if got != wanted:
        sys.exit(f"error: the server has the model {got}, the release {wanted}")
    print(f"ready: the model is {got}")
    files = [path for path in folder.glob("example.*") if path.suffix in TYPES]
    for path in files:
        (row,) = predict(address, path, token)["rows"]
        with (folder / "example_answer.csv").open(newline="") as file:
            (answer,) = csv.DictReader(file)
        if wrong := differs(row, answer):
            sys.exit(f"error: {path.name}: {wrong}")
        print(f"{path.name}: {row['predicted']}, as the release says")
    if not files:
        print("the release has no example: nothing was asked")


def wait(address: str) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            ask(f"{address}/health")
            return
        except OSError as error:
            if time.monotonic() > end:
                sys.exit(f"error: {address} does not answer within {PATIENCE} s: {error}")
            time.sleep(0.2)


def ask(url: str, body: bytes | None = None, **headers: str) -> bytes:
    """Return what the server says; its refusal ends this."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, named), timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        sys.exit(f"error: {url} says {error.code}: {error.read().decode()}")


def predict(address: str, path: Path, token: str) -> dict:
    """Send a file as what it is."""
    headers = {"Content_Type": TYPES[path.suffix], "Authorization": f"Bearer {token}"}
    return json.loads(ask(f"{address}/predict", path.read_bytes(), **headers))


def differs(row: dict, answer: dict[str, str]) -> str:
    """Say what is other than in the release; nothing where all is the same."""
    if not (shares := row.get("probabilities")):
        off = abs(row["predicted"] - float(answer["predicted"]))
        small = off <= TOLERANCE * max(1, abs(row["predicted"]))
        return "" if small else f"got {row['predicted']}, should be {answer['predicted']}"
    off = max(abs(share - float(answer[f"p_{name}"])) for name, share in shares.items())
    if row["predicted"] != answer["predicted"] or off > TOLERANCE:
        return f"got {row['predicted']}, off by {off:.1g}; should be {answer['predicted']}"
    return ""


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]).read_text().split()[0])
