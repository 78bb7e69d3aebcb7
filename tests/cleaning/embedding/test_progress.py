import io
import sys

from retrace.cleaning.embedding.progress import progress


def test_a_log_gets_a_line_for_each_tenth(capsys):
    with progress(100, "net") as advance:
        for _ in range(50):
            advance(2)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "net: 10/100 rows"
    assert lines[-1] == "net: 100/100 rows"
    assert len(lines) == 10


def test_a_terminal_gets_a_bar(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress(4, "net") as advance:
        advance(4)
    assert "net: 100%" in terminal.getvalue()
    assert "4/4" in terminal.getvalue()
