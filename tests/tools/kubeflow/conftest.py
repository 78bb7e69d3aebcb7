import subprocess

import pytest

PIPELINE = """\
stages:
  make:
    cmd: python make.py ${rows}
    deps: [make.py]
    outs: [parts/all.txt]
  part:
    foreach: ${sizes}
    do:
      wdir: parts
      cmd: python ../part.py ${item} > ${item}.txt
      params: [../params.yaml: [part], ../other.yaml: [lambda]]
      deps: [all.txt, ../part.py]
      outs: ["${item}.txt"]
  count:
    cmd: python count.py '$\\{HOME}'
    params: [report.digits, model, "models.${model}"]
    deps: [count.py, code, parts/small.txt, parts/large.txt, data]
    metrics: [count.json: {cache: false, persist: true}]
"""

PARAMS = """\
rows: 5   # how many
sizes: [small, large]
part: {seed: 1, rate: 1e-4, none: , names: [a, b], lock: "12"}
report:
  digits: 2  # after the point
  title: hello
model: svm
models: {svm: {C: 1.0}, knn: {k: 3}}
"""

FILES = {
    "dvc.yaml": PIPELINE.replace("$\\{", "\\${"),
    "params.yaml": PARAMS,
    "other.yaml": "lambda: .inf\n",
    ".dvcignore": "__pycache__\n",
    ".dvc/config": "[core]\n    analytics = false\n",
    ".dvc/.gitignore": "/tmp\n/cache\n",
    ".gitignore": "/.retrace\n/data\n",
    "code/a.py": "",
    "code/__pycache__/a.pyc": "x",
    "data/rows.csv": "1\n",
    "data.dvc": "outs:\n- path: data\n",
    "make.py": "",
    "part.py": "",
    "count.py": "",
}


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A repository with all that dvc.yaml can say, committed; the test stands in it."""
    folder = tmp_path / "toy"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.chdir(folder)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "a")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.org")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "toy"]):
        subprocess.run(["git", *words], check=True)
    return folder
