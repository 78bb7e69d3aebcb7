"""Whatever a file holds, a user gets a line and no traceback, within ten seconds.

RETRACE_FUZZ=10000 tries that many inputs of each kind, new ones each time; else a few, always the same.
"""

import contextlib
import copy
import json
import os
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from project import ROOT
from retrace.core.checked_yaml import load_yaml
from retrace.core.errors import RetraceError
from retrace.core.params import load_params
from retrace.readers import read
from retrace.tools.repository import sides
from retrace.tools.repository.lock import parse_lock
from retrace.tools.repository.predictions import read_rows

TRIED = int(os.environ.get("RETRACE_FUZZ", "0"))

fuzz = settings(
    max_examples=TRIED or 25,
    derandomize=not TRIED,
    database=None,
    deadline=10_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

ODD = [
    "",
    "\0",
    "\ud800",
    "\u202e",
    "$x_$",
    "<b>",
    "a/../b",
    "../x",
    "-",
    "=1+1",
    ".inf",
    "é",
    "\n",
    '"',
]
TEXT = st.sampled_from(ODD) | st.text(max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | st.sampled_from([2**31, 2**64, 1e308])
)
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3)
)
WORDS = """
    a: - &a *a <<: ? : [ ] { } !!int !!set !!float !!bool !!omap !!null !!binary !!timestamp x ~ 1:60
    1e999 !!python/name:os.system 2024-99-99 1_0 0o9 ' " | > # --- \\0 {x: [ &b *b
"""
PIECES = [*WORDS.split(), "\n", "  ", "\t", "\n- ", "%YAML 1.1\n", "---\n"]
YAMLS = st.builds(str.join, st.sampled_from(["", " "]), st.lists(st.sampled_from(PIECES), max_size=25))


@contextlib.contextmanager
def one_line():
    """Let an error of ours pass, if it can be printed."""
    try:
        yield
    except RetraceError as error:
        for line in (str(error), *error.details):
            line.encode()
            assert not {unicodedata.category(letter) for letter in line} & {"Cs"}
            assert len(line) < 5_000


def paths_in(values, prefix=()):
    """Return the path to each value of nested mappings and lists."""
    items = values.items() if isinstance(values, dict) else enumerate(values)
    for key, value in items:
        yield (*prefix, key)
        if isinstance(value, dict | list):
            yield from paths_in(value, (*prefix, key))


def changed(values, path, value):
    """Return a copy with another value at a path."""
    values = copy.deepcopy(values)
    inner = values
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return values


def dump(values, path):
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        YAML(typ="safe").dump(values, file)


PARAMS = load_yaml(ROOT / "params.yaml")


@fuzz
@given(YAMLS | st.text(max_size=30) | st.binary(max_size=30))
def test_any_text_as_yaml(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(errors="surrogatepass"))
    with one_line():
        load_yaml(path)
    with one_line():
        load_params(path)


@fuzz
@given(st.sampled_from(sorted(paths_in(PARAMS), key=str)), VALUES)
def test_any_value_in_params(tmp_path, path, value):
    dump(changed(PARAMS, path, value), tmp_path / "params.yaml")
    with one_line():
        load_params(tmp_path / "params.yaml")


TABLE = {
    "title": "x",
    "task": "classification",
    "kind": "tabular",
    "reader": "table",
    "licence": "none",
    "file": "t.csv",
    "target": "label",
    "id": "id",
    "drop": ["x"],
    "group": "g",
    "time": "t",
    "time_format": "%Y",
    "part": "part",
    "attributes": ["x"],
    "missing": [""],
    "separator": ",",
    "decimal": ".",
    "encoding": "utf-8",
    "schema": {"columns": {"x": {"dtype": "float64", "checks": {"ge": 0}}}},
}
FOLDER = {
    "title": "x",
    "task": "classification",
    "kind": "text",
    "reader": "text_folder",
    "licence": "none",
}
DESCRIPTIONS = [
    TABLE,
    FOLDER,
    FOLDER | {"kind": "image", "reader": "image_folder", "unreadable": "skip"},
    FOLDER | {"kind": "image", "reader": "bundled", "dataset": "digits"},
]
CSV = "label,x,y,id,g,t,part\n" + "".join(
    f"{'ab'[i % 2]},{i},{i * i},{i},{i},{2000 + i},{('train', 'validation', 'test')[i % 3]}\n"
    for i in range(12)
)


@pytest.fixture
def data(tmp_path):
    """A folder of datasets with one, `mine`, that every reader can look into."""
    for name in ("a/1", "b/2", "t.csv"):
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).write_text(CSV)
    return tmp_path


@fuzz
@given(st.sampled_from([(each, path) for each in DESCRIPTIONS for path in paths_in(each)]), VALUES)
def test_any_value_in_a_description(data, where, value):
    dump(changed(*where, value), data / "mine.yaml")
    with one_line():
        read("mine", data)


NAMES = TEXT | st.sampled_from(
    ["label", "x", "id", "label ", "Unnamed: 0", "1", "\ufeffx", "x.1", "nan"]
)
CELLS = SCALARS.map(str) | st.sampled_from(["1", "a", "1e999", "nan", "2000-01-01", '"', "1,5", "0x1"])
ROWS = st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=6)


@fuzz
@given(st.lists(NAMES, max_size=5), ROWS, st.sampled_from(["\n", "\r\n", "\r", "\0"]))
def test_any_table(data, header, rows, end):
    text = end.join([",".join(header), *rows])
    (data / "mine/t.csv").write_bytes(text.encode(errors="surrogatepass"))
    dump(
        FOLDER | {"kind": "tabular", "reader": "table", "file": "t.csv", "target": "label"},
        data / "mine.yaml",
    )
    with one_line():
        read("mine", data)


WRITTEN = ["part", "id", "group", "row_hash", "true", "predicted", "p_a", "p_b"]
HEADERS = st.sampled_from([WRITTEN, WRITTEN[:6], WRITTEN[::-1], [*WRITTEN, "p_a"]]) | st.lists(NAMES)
OF_A_TEST = st.lists(CELLS, min_size=7, max_size=7).map(lambda cells: ",".join(["test", *cells]))


@fuzz
@given(HEADERS, st.lists(OF_A_TEST | st.just("test,1,,1f,a,b,0.5,0.5"), max_size=4) | ROWS)
def test_any_predictions(tmp_path, header, rows):
    path = tmp_path / "predictions.csv"
    path.write_bytes("\n".join([",".join(header), *rows]).encode(errors="surrogatepass"))
    with one_line():
        read_rows(path, "main")


STAGES = load_yaml(ROOT / "dvc.lock")["stages"]
LOCK = {
    "schema": "2.0",
    "stages": {
        name: STAGES[name] | {kind: STAGES[name][kind][:2] for kind in ("deps", "outs")}
        for name in ("split", "report")
    },
}


@fuzz
@given(st.sampled_from(list(paths_in(LOCK))), VALUES, st.integers(0, 4000))
def test_any_lock(tmp_path, path, value, cut):
    dump(changed(LOCK, path, value), tmp_path / "dvc.lock")
    content = (tmp_path / "dvc.lock").read_bytes()
    for found in (content, content[:cut]):
        with one_line():
            lock = parse_lock(found, "dvc.lock of main")
            assert all(map(str.isprintable, lock.outs))
            assert isinstance(lock.params | lock.sources, dict)


METRICS = json.loads((ROOT / "metrics.json").read_bytes())
PLACES = st.sampled_from(list(paths_in(METRICS)))
CHANGED = st.builds(lambda path, value: json.dumps(changed(METRICS, path, value)), PLACES, VALUES)
OF_JSON = ['{"test":', *"[]{}:,1", "NaN", "1e999", '"\\ud800"', "9" * 5000]


@fuzz
@given(CHANGED | st.lists(st.sampled_from(OF_JSON), max_size=6).map("".join))
def test_any_metrics(text):
    with one_line():
        found = sides.parse_metrics(text.encode(errors="surrogatepass"), "main")
        assert "inf" not in json.dumps(found, allow_nan=False)
