import os
import random

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from retrace.core.instructions import instructions_in_effect
from retrace.core.seeding import pin


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    for variable in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "CUBLAS_WORKSPACE_CONFIG",
    ):
        monkeypatch.setenv(variable, os.environ.get(variable, ""))
    with threadpool_limits():
        yield


def test_pin_repeats_global_generators():
    draws = []
    for _ in range(2):
        pin(seed=3, threads=1, instructions=instructions_in_effect())
        draws.append((random.random(), np.random.rand()))  # noqa: NPY002  the global one is the point
    assert draws[0] == draws[1]


def test_pin_fixes_the_threads_of_what_is_loaded_and_of_what_will_be():
    pin(seed=0, threads=1, instructions=instructions_in_effect())
    assert {library["num_threads"] for library in threadpool_info()} == {1}
    assert os.environ["OMP_NUM_THREADS"] == "1"
