from retrace.core.code_hash import PACKAGE, code_hash


def test_a_changed_line_gives_another_hash_and_the_order_does_not(tmp_path):
    files = [tmp_path / "losses.py", tmp_path / "schedules.py"]
    for file in files:
        file.write_text("SMOOTHING = 0\n")
    before = code_hash(files, tmp_path)
    assert code_hash(reversed(files), tmp_path) == before
    files[0].write_text("SMOOTHING = 1\n")
    assert code_hash(files, tmp_path) != before


def test_a_file_that_moves_gives_another_hash(tmp_path):
    (tmp_path / "a.py").write_text("")
    before = code_hash([tmp_path / "a.py"], tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert code_hash([tmp_path / "b.py"], tmp_path) != before


def test_two_clones_agree(tmp_path):
    for clone in ("one", "two"):
        (tmp_path / clone).mkdir()
        (tmp_path / clone / "a.py").write_text("1")
    one, two = (code_hash([tmp_path / clone / "a.py"], tmp_path / clone) for clone in ("one", "two"))
    assert one == two
    assert len(code_hash([PACKAGE / "__init__.py"])) == 16


def test_the_lock_of_an_editor_is_no_source(tmp_path):
    (tmp_path / "a.py").write_text("1")
    before = code_hash(tmp_path.rglob("*.py"), tmp_path)
    (tmp_path / ".#a.py").symlink_to("somebody@somewhere.7")
    assert code_hash(tmp_path.rglob("*.py"), tmp_path) == before
