import sys

from retrace.tools.running.machine import ask, cores, parse_driver, torch_build

# The form of `nvidia-smi -q`, shortened.
REPORT = """\
==============NVSMI LOG==============

Timestamp                                 : Mon Jan  1 12:00:00 2024
Driver Version                            : 535.129.03
CUDA Version                              : 12.2

Attached GPUs                             : 2
GPU 00000000:01:00.0
    Product Name                          : NVIDIA GeForce RTX 3090
    FB Memory Usage
        Total                             : 24576 MiB
        Reserved                          : 310 MiB
    BAR1 Memory Usage
        Total                             : 256 MiB
GPU 00000000:02:00.0
    Product Name                          : NVIDIA T4
    FB Memory Usage
        Total                             : 16384 MiB
"""


def test_the_drivers_report_is_read():
    driver = parse_driver(REPORT)
    assert (driver.version, driver.cuda) == ("535.129.03", "12.2")
    assert driver.gpus == ("NVIDIA GeForce RTX 3090, 24 GiB", "NVIDIA T4, 16 GiB")


def test_a_report_of_a_broken_driver_is_none():
    assert parse_driver("NVIDIA-SMI has failed because it couldn't communicate with the driver") is None


def test_a_gpu_that_tells_no_size_keeps_its_name():
    assert parse_driver(REPORT.split("    FB Memory")[0]).gpus == ("NVIDIA GeForce RTX 3090",)


def test_a_program_that_is_missing_or_fails_says_nothing():
    assert ask("no-such-program") is None
    assert ask(sys.executable, "-c", "raise SystemExit(1)") is None
    assert ask(sys.executable, "-c", "print(1)") == "1"


def test_torch_says_why_it_has_no_gpu_or_computes_on_it():
    torch = torch_build()
    assert (torch.cuda is None) == (torch.problem == "is a CPU build")


def test_there_is_a_core():
    assert cores() >= 1
