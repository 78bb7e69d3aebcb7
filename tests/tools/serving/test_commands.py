import pytest

from retrace.core.errors import RetraceError
from retrace.tools.serving.commands import _tokens


def test_others_may_ask_only_with_tokens(tmp_path):
    with pytest.raises(RetraceError, match="others could ask: give --tokens FILE"):
        _tokens(None, "0.0.0.0")
    assert _tokens(None, "127.0.0.1") == frozenset()
    (tmp_path / "tokens").write_text("one\n\n two \n")
    assert _tokens(tmp_path / "tokens", "0.0.0.0") == {"one", "two"}
    (tmp_path / "tokens").write_text("\n")
    with pytest.raises(RetraceError, match="holds no token"):
        _tokens(tmp_path / "tokens", "127.0.0.1")
