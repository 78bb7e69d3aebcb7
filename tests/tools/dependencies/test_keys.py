import pytest

from retrace.tools.dependencies.imports import Project
from retrace.tools.dependencies.keys import KeyReader
from retrace.tools.dependencies.names import Names
from retrace.tools.dependencies.programs import Program

PARAMS = {"seed": 1, "train": {"rate": 0.1, "epochs": 2}, "models": {"svm": {"C": 1}, "mlp": {"n": 3}}}

RUAMEL = """\
from pathlib import Path
from ruamel.yaml import YAML
YAML(typ="safe").load(Path("params.yaml"))["seed"]
"""

PATH = """\
from pathlib import Path
import yaml
yaml.safe_load(Path("params.yaml").read_text())["seed"]
"""

LOAD = "import yaml, dvc.api\nparams = yaml.safe_load(open('params.yaml'))\n"


@pytest.fixture
def read(write):
    def read(text, named="", **others):
        root = write({"run.py": text} | {f"{name}.py": other for name, other in others.items()})
        program = Program(files=(root / "run.py",), paths=(root,))
        reader = KeyReader(Names(Project(root), program), {"params.yaml": PARAMS}, named)
        found = reader.read([root / "run.py"])
        return sorted(".".join(value.path) for value in found.values), sorted(found.unseen)

    return read


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (LOAD + "print(params['train']['rate'])", ["train.rate"]),
        (
            LOAD + "train = params['train']\nprint(train['rate'], train.get('epochs', 1))",
            ["train.epochs", "train.rate"],
        ),
        (LOAD + "fit(**params['train'])", ["train"]),
        (LOAD + "for key in params['train']: pass", ["train"]),
        (LOAD + "x = [params['train'][each] for each in 'ab']", ["train.*"]),
        (LOAD + "params['models'][params['seed']]['C']", ["models.*.C", "seed"]),
        ("import dvc.api\nprint(dvc.api.params_show()['seed'])", ["seed"]),
        ("from dvc.api import params_show as p\nprint(p('params.yaml', stages='x')['seed'])", ["seed"]),
        (
            "import yaml\nwith open('params.yaml') as f:\n    p = yaml.safe_load(f)\nprint(p['seed'])",
            ["seed"],
        ),
        (
            RUAMEL,
            ["seed"],
        ),
        (
            PATH,
            ["seed"],
        ),
        (
            "from omegaconf import OmegaConf\nc = OmegaConf.load('params.yaml')\nprint(c.train.rate)",
            ["train.rate"],
        ),
        (
            "def main():\n    " + LOAD.replace("\n", "\n    ") + "print(params['train']['rate'])",
            ["train.rate"],
        ),
        ("import json\nprint(json.load(open('metrics.json'))['seed'])", []),
        (LOAD + "class A:\n    def f(self):\n        return params['seed']", ["seed"]),
    ],
)
def test_these_keys_are_read(read, text, keys):
    assert read(text)[0] == keys


@pytest.mark.parametrize(
    ("text", "other", "keys"),
    [
        (
            "from other import load\nprint(load()['seed'])",
            "def load():\n    " + LOAD.replace("\n", "\n    ") + "return params",
            ["seed"],
        ),
        (
            "from other import load\nprint(load('params.yaml')['seed'])",
            "import yaml\ndef load(path):\n    return yaml.safe_load(open(path))",
            ["seed"],
        ),
        (
            LOAD + "import other\nother.fit(params, 3)",
            "def fit(p, n):\n    return p['train']['rate']",
            ["train.rate"],
        ),
        (
            LOAD + "import other\nother.fit(n=3, p=params['train'])",
            "def fit(n, p):\n    return p['rate']",
            ["train.rate"],
        ),
        (
            LOAD + "from other import Model\nModel(params['train'])",
            "class Model:\n    def __init__(self, p):\n        self.rate = p['rate']",
            ["train.rate"],
        ),
        ("from other import params\nprint(params['seed'])", LOAD, ["seed"]),
        ("import other\nprint(other.params['seed'])", LOAD, ["seed"]),
        (
            LOAD + "import other\nother.f(params['train'])",
            "def f(p):\n    return f(p) or p['rate']",
            ["train.rate"],
        ),
    ],
)
def test_params_are_followed_into_other_files(read, text, other, keys):
    assert read(text, other=other) == (keys, [])


def test_the_file_that_only_the_command_names_is_known(read):
    text = "import yaml, json\ndef main(a, b):\n    yaml.safe_load(a)['seed'] + json.load(b)['x']"
    assert read(text) == ([], [])
    assert read(text, named="params.yaml")[0] == ["seed"]


def test_where_all_params_go_out_of_sight_is_said(read):
    assert read(LOAD + "print(params)") == ([], ["run.py:3"])
    assert read(LOAD + "a = dict(params)['seed']") == ([], ["run.py:3"])
