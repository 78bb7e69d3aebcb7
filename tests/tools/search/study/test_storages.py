import subprocess
import sys

import pytest

from retrace.core.errors import RetraceError
from retrace.tools.search.study.storages import Journal, open_storage, storage_explained
from searches import open_study, run_search, told


def test_half_a_line_of_a_killed_process_is_cut_off(tmp_path):
    first, second = {"op_code": 0, "n": 1}, {"op_code": 0, "n": 2}
    Journal(tmp_path / "j").append_logs([first])
    with (tmp_path / "j").open("ab") as file:
        file.write(b'{"op_code": 0, "n"')
    assert list(Journal(tmp_path / "j").read_logs(0)) == [first]
    Journal(tmp_path / "j").append_logs([second])
    assert list(Journal(tmp_path / "j").read_logs(0)) == [first, second]


def test_lines_of_another_process_are_seen_from_where_one_stopped(tmp_path):
    mine, theirs = Journal(tmp_path / "j"), Journal(tmp_path / "j")
    mine.append_logs([{"op_code": 0, "n": n} for n in range(3)])
    assert [line["n"] for line in theirs.read_logs(0)] == [0, 1, 2]
    mine.append_logs([{"op_code": 0, "n": 3}])
    assert [line["n"] for line in theirs.read_logs(3)] == [3]
    assert [line["n"] for line in theirs.read_logs(1)] == [1, 2, 3]


def test_a_damaged_line_is_one_line_with_the_remedy(tmp_path):
    (tmp_path / "j").write_text('{"op_code": 0}\nnonsense\n{"op_code": 0}\n')
    with pytest.raises(RetraceError, match=r"j is damaged \(.*\): give the study another name"):
        list(Journal(tmp_path / "j").read_logs(0))


def test_processes_that_write_at_once_lose_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; from retrace.tools.search.study.storages import Journal\n"
        "for n in range(200): Journal(Path(sys.argv[1])).append_logs([{'op_code': 0, 'n': n}])"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, tmp_path / "j"]) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    found = sorted(line["n"] for line in Journal(tmp_path / "j").read_logs(0))
    assert found == sorted([*range(200)] * 3)


def test_a_database_does_as_well(tmp_path):
    opened = open_study(f"sqlite:///{tmp_path / 'studies.db'}")
    run_search(opened, 4)
    assert [state for _, state, _, _ in told(opened)] == ["COMPLETE"] * 4


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/at/all.db", r"--storage sqlite:////nowhere/at/all.db: unable to open"),
        ("postgresql://me:secret@127.0.0.1:1/x", r"--storage postgresql://127.0.0.1:1/x: "),
        ("nonsense://", r"--storage: got 'nonsense://', should be a file, or a URL"),
    ],
)
def test_a_database_that_is_not_there_is_one_line_without_its_password(url, said):
    with pytest.raises(RetraceError, match=said) as raised, storage_explained(url):
        open_storage(url)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)
