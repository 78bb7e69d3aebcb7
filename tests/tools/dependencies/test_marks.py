import pytest

from retrace.tools.dependencies.marks import Mark, marked_inputs, marks_of, options_of

SCRIPT = (
    '"""Fit.\n\n:dvc-in texts: data/a.csv\n:dvc-in: data/stop.txt\n:dvc-out model: b\n"""\nimport os\n'
)


def test_fields_go_on_to_the_next_and_others_are_left_out():
    found = marks_of(
        """
        A text: with a colon.

        :param List[int] n: how
            many
        :dvc-in: ./a.csv
        :dvc-out model : b.bin
        :returns: nothing
        """
    )
    assert found == [
        Mark("param", ("List[int]", "n"), "how many"),
        Mark("dvc-in", (), "./a.csv"),
        Mark("dvc-out", ("model",), "b.bin"),
    ]
    assert [mark.name for mark in found] == ["n", "", "model"]


def test_options_are_named_as_variables():
    words = ["python", "a.py", "--min-df", "2", "3", "--flag", "--rate=-1"]
    assert options_of(words) == {"min_df": ["2", "3"], "flag": [], "rate": ["-1"]}


@pytest.mark.parametrize(
    ("script", "command", "inputs"),
    [
        (SCRIPT, "python fit.py --texts 'data/my b.csv' --model c", ["data/my b.csv", "data/stop.txt"]),
        (SCRIPT, "python fit.py", ["data/stop.txt"]),
        (SCRIPT, "python fit.py 'a", ["data/stop.txt"]),
        ("x = ':dvc-in'", "python fit.py", []),
        ("x = (:dvc-in", "python fit.py", []),
    ],
)
def test_inputs_are_what_the_command_names(script, command, inputs):
    assert list(marked_inputs(script, command)) == inputs
