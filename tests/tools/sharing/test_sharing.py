import os
import time

import pytest

from clones import make_clone

pytestmark = pytest.mark.slow


def test_what_is_pushed_is_pulled_by_a_reader_who_has_nothing_to_run_and_cannot_push(swift, clone):
    pushed = clone.retrace("push").stdout
    assert pushed.startswith("sent 5 files, 300.2 kB to s3://shared/")
    second, reader = clone.clone("second"), swift.keys("lab:reader")
    pulled = second.retrace("pull", **reader).stdout
    assert pulled.startswith("fetched 5 files from s3://shared/")
    assert second.contents() == clone.contents()
    second.dvc("repro")
    assert second.stages_ran() == 0
    second.reproduce(rate=3)
    run = second.retrace("push", check=False, **reader)
    assert "the key has no right to do this" in run.stderr


@pytest.mark.long
def test_many_small_files_and_one_that_is_sent_in_parts_arrive_whole(swift, tmp_path):
    small = {f"small/{number}.bin": os.urandom(500) for number in range(200)}
    first = make_clone(tmp_path / "first", swift, {"big.bin": os.urandom(120_000_000)} | small)
    assert first.retrace("push").stdout.startswith("sent 204 files, ")
    second = first.clone("second")
    second.retrace("pull")
    assert second.contents() == first.contents()


@pytest.mark.long
def test_a_push_that_the_server_did_not_survive_is_completed_by_the_next(swift, tmp_path):
    files = {f"{number}.bin": os.urandom(500) for number in range(80)}
    first = make_clone(tmp_path / "first", swift, files)
    push = first.start("push")
    prefix = tmp_path.name
    while len(swift.objects("shared", prefix)) < 10:
        assert push.poll() is None
        time.sleep(0.01)
    swift.kill()
    try:
        error = push.communicate()[1]
    finally:
        swift.start()
    assert push.returncode == 1
    assert error.startswith("error: not all of 83 files were sent: `retrace push` again goes on")
    assert "files: nothing answers there" in error
    assert 10 <= len(swift.objects("shared", prefix)) < 83
    first.retrace("push")
    second = first.clone("second")
    second.retrace("pull")
    assert second.contents() == first.contents()


@pytest.mark.long
def test_two_clones_that_push_at_once_do_not_disturb_each_other(clone):
    second = clone.clone("second")
    (second / "data").mkdir()
    (second / "data/b.bin").write_bytes(os.urandom(300_000))
    second.add_data()
    second.reproduce(rate=2)
    pushes = [each.start("push") for each in (clone, second)]
    assert [(push.communicate()[1], push.returncode) for push in pushes] == [("", 0)] * 2
    for number, each in enumerate((clone, second)):
        copy = each.clone(f"copy-{number}")
        copy.retrace("pull")
        assert copy.contents() == each.contents()


def damage_on_disk(swift, clone):
    content = clone.read("data/big.bin")
    (stored,) = [path for path in swift.files() if path.read_bytes() == content]
    with stored.open("r+b") as file:
        file.seek(1000)
        file.write(b"other")


def swap_object(swift, clone):
    swift.client().put_object(Bucket="shared", Key=clone.key("data/a.csv"), Body=b"other")


def test_a_damaged_object_is_noticed_and_not_used(swift, clone):
    clone.retrace("push")
    damage_on_disk(swift, clone)
    swap_object(swift, clone)
    second = clone.clone("second")
    run = second.retrace("pull", check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("error: the remote does not have all that dvc.lock names")
    # Swift sees for itself that a file on its disk is not what was put there, and serves it no more.
    assert "data/big.bin is missing" in run.stderr
    assert "data/a.csv is damaged: shared/" in run.stderr
    assert second.contents() == {}
    again = second.dvc("pull", check=False)  # its own command, with the settings of `retrace remote`
    assert again.returncode != 0
    for name in ("data/big.bin", "data/a.csv"):
        assert not (second / name).exists()


def test_what_is_neither_here_nor_there_is_named(clone):
    second = clone.clone("second")
    run = second.retrace("push", check=False)
    assert run.returncode == 1
    assert "error: what dvc.lock names is neither here nor on the remote" in run.stderr
    assert "make: made" in run.stderr


def test_only_a_file_that_vanished_from_the_store_is_sent_again(swift, clone):
    clone.retrace("push")
    assert clone.retrace("push").stdout.startswith("sent 0 files, 0 bytes to ")
    swift.client().delete_object(Bucket="shared", Key=clone.key("data/a.csv"))
    assert clone.retrace("push").stdout.startswith("sent 1 files, 2 bytes to ")
