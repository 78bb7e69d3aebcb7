"""Finished runs without running anything: real Git, a real DVC repository, made-up predictions.

A run is its params.yaml, its dvc.lock, its metrics.json and the predictions in DVC's cache; `retrace
compare` looks at nothing else.
"""

import hashlib
import io
import json
import os
import subprocess

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from retrace.core.records import Predictions
from retrace.evaluation.metrics import scores

YAML_AS_DVC = YAML(typ="safe")  # in C: a tenth of the time
YAML_AS_DVC.default_flow_style = False
YAML_AS_DVC.sort_base_mapping_type_on_output = False

PARAMS = {
    "seed": 1,
    "data": "made",
    "split": {"seed": 7, "train": 0.6, "validation": 0.15, "test": 0.25},
    "model": "svm",
    "models": {"svm": {"C": 1.0}},
    "metric": "accuracy",
}

IDENTITY = {
    f"GIT_{who}_{what}": "test@example.org"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


def md5(content):
    return hashlib.md5(content).hexdigest()


def labelled(n=200, right=0.8, seed=0, classes=("a", "b"), **columns):
    """Predictions of the test part: so many right, the same true classes for every seed."""
    y = np.arange(n) % len(classes)
    wrong = np.random.default_rng(seed).random(n) >= right
    predicted = np.where(wrong, (y + 1) % len(classes), y)
    names = np.array(classes, dtype=object)
    table = pd.DataFrame(
        {
            "part": "test",
            "id": np.arange(n),
            "group": "",
            "row_hash": [f"{row:016x}" for row in range(n)],
            "true": names[y],
            "predicted": names[predicted],
        }
    )
    probabilities = {
        f"p_{name}": np.where(predicted == code, 0.9, 0.1 / max(len(classes) - 1, 1))
        for code, name in enumerate(classes)
    }
    return pd.concat([table, pd.DataFrame(probabilities)], axis=1).assign(**columns)


def of_both_parts(test, validation=None):
    """Predictions of both parts; those of the validation part are the given ones, or alike."""
    rows = test if validation is None else validation
    return pd.concat([rows.assign(part="validation"), test], ignore_index=True)


def valued(n=200, noise=1.0, seed=0):
    """Predictions of a regression."""
    y = np.linspace(0, 10, n)
    predicted = y + np.random.default_rng(seed).normal(scale=noise, size=n)
    return labelled(n).drop(columns=["p_a", "p_b"]).assign(true=y, predicted=predicted)


class MadeRuns:
    """A repository whose commits are runs."""

    def __init__(self, folder):
        self.folder = folder
        self.write("src/train.py", "train")
        self.write("data/made.yaml", "title: Made up")
        self.write(".dvc/config", "[core]\n    no_scm = false\n")
        self.write(".dvc/.gitignore", "/cache\n/tmp\n/config.local\n")
        self.write(".gitignore", "/report/\n")
        self.git("init", "-q", "-b", "main", "--template=")

    def git(self, *arguments):
        run = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=os.environ | IDENTITY,
            capture_output=True,
            text=True,
            check=True,
        )
        return run.stdout.strip()

    def write(self, path, content):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        content = content.encode() if isinstance(content, str) else content
        target.write_bytes(content)
        return md5(content)

    def head(self):
        """Return the commit that is checked out, without a process."""
        head = (self.folder / ".git/HEAD").read_text().strip()
        branch = head.removeprefix("ref: ")
        return head if branch == head else (self.folder / ".git" / branch).read_text().strip()

    def commit(self, rows, *, branch="main", cached=True, **params):
        """Record a run on a branch; ``params`` are full names such as ``split__seed``."""
        if branch != "main":
            self.git("switch", "-q", "-c", branch, "main")
        self.record(rows, cached=cached, **params)
        return self.commit_all(branch)

    def commit_all(self, message):
        self.git("add", "-A")
        self.git("-c", "maintenance.auto=false", "commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def experiment(self, name, rows, **params):
        """Record a run as DVC does: a commit under refs/exps, the branch left alone."""
        baseline = self.head()
        self.git("switch", "-q", "--detach", "main")
        self.record(rows, **params)
        commit = self.commit_all(name)
        self.write(f".git/refs/exps/{baseline[:2]}/{baseline[2:]}/{name}", f"{commit}\n")
        self.git("switch", "-q", "main")

    def record(self, rows, *, cached=True, **changes):
        params = json.loads(json.dumps(PARAMS))
        for name, value in changes.items():
            *sections, key = name.split("__")
            section = params
            for each in sections:
                section = section[each]
            section[key] = value
        predictions = rows.to_csv(index=False).encode()
        found = md5(predictions)
        if cached:
            self.write(f".dvc/cache/files/md5/{found[:2]}/{found[2:]}", predictions)
        parts = {part: metrics_of(of_part) for part, of_part in rows.groupby("part")}
        metrics = json.dumps({"test": {"accuracy": 0.5, "n": 0}} | parts, indent=2)
        outs = {"report/predictions.csv": found, "metrics.json": self.write("metrics.json", metrics)}
        self._dump("params.yaml", params)
        self._dump("dvc.lock", {"schema": "2.0", "stages": self._stages(params, outs)})

    def _stages(self, params, outs):
        read = {path: md5((self.folder / path).read_bytes()) for path in ("data/made.yaml",)}
        train = {"src/train.py": md5((self.folder / "src/train.py").read_bytes())}
        used = {name: params[name] for name in ("seed", "model", "split")}
        used |= {f"models.{params['model']}": params["models"][params["model"]]}
        raw = {"cache/raw.pkl": md5(b"raw")}
        return {
            "read_data": _stage({"data": params["data"]}, read, raw),
            "train": _stage(used, raw | train, outs),
            "report": _stage({"metric": params["metric"]}, {}, {}),
        }

    def _dump(self, path, content):
        buffer = io.BytesIO()
        YAML_AS_DVC.dump(content, buffer)
        self.write(path, buffer.getvalue())


def metrics_of(rows):
    classes = [name[2:] for name in rows.columns if name.startswith("p_")]
    if not classes:
        error = rows["predicted"] - rows["true"]
        return {"mae": float(error.abs().mean()), "n": len(rows)}
    codes = {name: code for code, name in enumerate(classes)}
    predictions = Predictions(
        y=rows["true"].map(codes).to_numpy(),
        predicted=rows["predicted"].map(codes).to_numpy(),
        probabilities=rows[[f"p_{name}" for name in classes]].to_numpy(),
    )
    return scores(predictions) | {"n": len(rows)}


def _stage(params, deps, outs):
    return {
        "cmd": "true",
        "params": {"params.yaml": params},
        "deps": [{"path": path, "hash": "md5", "md5": found} for path, found in deps.items()],
        "outs": [{"path": path, "hash": "md5", "md5": found} for path, found in outs.items()],
    }
