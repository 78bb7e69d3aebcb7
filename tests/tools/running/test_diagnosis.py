import pytest

from retrace.core.params import Train
from retrace.tools.repository.git import Setup
from retrace.tools.running.diagnosis import (
    judge_disk,
    judge_git,
    judge_gpu,
    judge_packages,
    judge_python,
    judge_source,
    judge_threads,
)
from retrace.tools.running.machine import Driver, Torch

CPU_BUILD = Torch(version="2.13.0+cpu", cuda=None, problem="is a CPU build")
WORKING = Torch(version="2.13.0", cuda="12.9", problem=None)
FAILING = Torch(version="2.13.0", cuda="13.0", problem="finds no GPU to compute on (no kernel image)")

DRIVER = Driver(version="570.86", cuda="12.8", gpus=("NVIDIA H200, 140 GiB",))

ME = {"version": "2.39.5", "name": "Ada", "email": "ada@example.org"}


def train(device):
    return Train(device=device, precision="float32", threads=1, instructions="portable")


def test_a_line_says_level_subject_and_what_is_so():
    assert str(judge_python((3, 11, 7), "/venv/python")) == "ok       python    3.11.7 (/venv/python)"


def test_an_old_python_is_an_error():
    finding = judge_python((3, 10, 1), "/usr/bin/python3")
    assert finding.level == "error"
    assert "3.10.1 (/usr/bin/python3) is too old: 3.11 or newer is needed" in finding.says


@pytest.mark.parametrize(
    ("change", "level", "says"),
    [
        ({}, "ok", "commits as Ada <ada@example.org>"),
        ({"version": None}, "error", "is not installed"),
        ({"refusal": "fatal: detected dubious ownership"}, "error", "detected dubious ownership"),
        ({"email": ""}, "warning", "`git config user.name <name>`"),
        ({"shallow": True}, "warning", "`git fetch --unshallow`"),
    ],
)
def test_git_is_judged(change, level, says):
    finding = judge_git(Setup(**(ME | change)))
    assert (finding.level, says in finding.says) == (level, True)


def test_packages_other_than_pinned_are_an_error_that_names_a_few():
    assert judge_packages([]).level == "ok"
    finding = judge_packages([f"package-{i} is missing" for i in range(7)])
    assert finding.level == "error"
    assert "package-4 is missing and 2 more: `pip install --no-deps -r requirements.txt`" in finding.says


def test_code_of_another_clone_is_an_error():
    assert judge_source("/here/src/retrace", "/here/src/retrace").level == "ok"
    assert "`pip install -e .`" in judge_source("/there/src/retrace", "/here/src/retrace").says


@pytest.mark.parametrize(("free", "level"), [(10**8, "error"), (10**9, "warning"), (10**10, "ok")])
def test_disk_is_judged_by_the_free_space(free, level):
    assert judge_disk(free, "/cache").level == level


def test_more_threads_than_cores_are_a_warning():
    assert judge_threads(2, 4, None).level == "ok"
    assert "set it to 2" in judge_threads(4, 2, None).says
    assert "OMP_NUM_THREADS=8 is set, but the stages set their own" in judge_threads(2, 4, "8").says


@pytest.mark.parametrize(
    ("torch", "driver", "device", "required", "level", "says"),
    [
        (
            CPU_BUILD,
            None,
            "cpu",
            False,
            "ok",
            "none, and train.device is cpu; torch 2.13.0+cpu (CPU build)",
        ),
        (
            CPU_BUILD,
            None,
            "cpu",
            True,
            "error",
            "no NVIDIA GPU or driver here: choose a machine with one",
        ),
        (CPU_BUILD, None, "cuda", False, "error", "no NVIDIA GPU or driver here: set train.device: cpu"),
        (CPU_BUILD, DRIVER, "cpu", False, "warning", "install torch's CUDA build"),
        (CPU_BUILD, DRIVER, "cuda", False, "error", "install torch's CUDA build"),
        (
            WORKING,
            DRIVER,
            "cpu",
            True,
            "ok",
            "NVIDIA H200, 140 GiB, driver 570.86 (CUDA 12.8), torch 2.13.0",
        ),
        (FAILING, DRIVER, "cuda", False, "error", "for CUDA 13, or a torch build for CUDA 12"),
        (FAILING, DRIVER, "cpu", False, "warning", "the driver is too old"),
    ],
)
def test_the_gpu_is_judged_by_build_driver_and_need(torch, driver, device, required, level, says):
    finding = judge_gpu(torch, driver, train(device), required=required)
    assert (finding.level, says in finding.says) == (level, True), finding.says


def test_where_the_driver_is_new_enough_torch_itself_says_what_is_wrong():
    driver = Driver(version="580.1", cuda="13.1", gpus=DRIVER.gpus)
    assert "(no kernel image)" in judge_gpu(FAILING, driver, train("cuda"), required=False).says
