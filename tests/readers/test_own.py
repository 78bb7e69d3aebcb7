import pytest

from retrace.core.errors import DataError, ParamsError
from retrace.readers import read

FILE = """
import pandas as pd

from retrace.readers.own import reader

@reader
def lines(folder):
    lines = [line for file in sorted(folder.glob("*.log")) for line in file.read_text().split()]
    table = pd.DataFrame([line.split(":") for line in lines], columns=["label", "size"])
    return table.assign(size=table["size"].astype(int))
"""

DESCRIPTION = "{title: Log, task: classification, kind: tabular, reader: lines, target: label}"


@pytest.fixture
def log(in_a_project):
    folder = in_a_project(readers=FILE)
    (folder / "data/log").mkdir(parents=True)
    (folder / "data/log.yaml").write_text(DESCRIPTION)
    (folder / "data/log/1.log").write_text("a:1\nb:2\n" * 20)
    return folder


def test_a_reader_of_ones_own_makes_a_table_and_the_description_gives_the_roles(log):
    dataset = read("log")
    assert (dataset.classes, list(dataset.X), len(dataset)) == (("a", "b"), ["size"], 40)


@pytest.mark.parametrize(
    ("was", "now", "error", "message"),
    [
        (
            "reader: lines",
            "reader: line",
            ParamsError,
            r"'line' \(did you mean 'lines'\?\); .* text_folder, lines",
        ),
        ("target: label", "target: lable", DataError, "data/log has no column 'lable'"),
        ("target: label", "target: label, drop: [size]", DataError, "data/log has no feature column"),
    ],
)
def test_its_description_is_checked_as_that_of_a_table(log, was, now, error, message):
    (log / "data/log.yaml").write_text(DESCRIPTION.replace(was, now))
    with pytest.raises(error, match=message):
        read("log")


def test_what_is_no_table_is_refused(log, in_a_project):
    in_a_project(readers=FILE.replace("return table", "return 1 or table"))
    with pytest.raises(DataError, match=r"readers.py: lines returned int, should be a DataFrame"):
        read("log")
