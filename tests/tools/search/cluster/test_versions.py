import platform

from retrace.tools.search.cluster import versions


def test_what_decides_over_bits_is_described():
    found = versions.describe()
    assert found["Python"] == ".".join(platform.python_version_tuple()[:2])
    assert set(found) >= {"retrace", "torch", "scikit-learn", "numpy"}
    assert "missing" not in found.values()


def test_a_changed_line_of_code_gives_another_hash(tmp_path, monkeypatch):
    (tmp_path / "losses.py").write_text("SMOOTHING = 0\n")
    monkeypatch.setattr(versions, "PACKAGE", tmp_path)
    before = versions.describe()
    (tmp_path / "losses.py").write_text("SMOOTHING = 1\n")
    assert versions.describe()["retrace"] != before["retrace"]


def test_differences_are_named_with_both_sides():
    ours = {"Python": "3.12", "torch": "2.13.0", "numpy": "2.4.6"}
    assert versions.differences(ours, ours) == ""
    assert versions.differences(ours, {"Python": "3.12", "torch": "2.12.1"}) == (
        "torch 2.12.1 (here 2.13.0), numpy missing (here 2.4.6)"
    )
