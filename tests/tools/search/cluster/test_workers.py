import pickle
import platform

import pytest
from distributed import Client

from clusters import Cluster
from retrace.core.fingerprint import loaded_other_bits
from retrace.core.instructions import instructions_in_effect
from retrace.tools.search.cluster.workers import ANSWERS, DiffersError, deliver, unpack, versions


def test_what_decides_over_bits_is_told():
    told = versions()
    assert told["Python"] == ".".join(platform.python_version_tuple()[:2])
    assert set(told) >= {"retrace", "torch", "scikit-learn", "numpy"}
    assert "missing" not in told.values()


def test_a_worker_with_the_same_code_unpacks_what_computes_trials():
    assert unpack(pickle.dumps(len), versions()) is len


def test_a_worker_that_differs_does_not_even_unpack_and_names_both_sides():
    searcher = versions() | {"torch": "1.0", "other": "2.0"}
    torch = versions()["torch"]
    with pytest.raises(DiffersError, match=rf"torch {torch} \(here 1.0\), other missing \(here 2.0\)"):
        unpack(b"not a pickle", searcher)


def test_an_answer_that_comes_too_late_is_left_alone():
    deliver(("a search", 7, 1), 3, True)
    assert not ANSWERS


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.skipif(instructions_in_effect() != "portable", reason="params.yaml is not portable here")
def test_a_worker_of_another_environment_computes_the_same_bits_where_its_nanny_loads_retrace(tmp_path):
    other = {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": "X86_V3"}
    with Cluster(tmp_path) as cluster, Client(cluster.address, set_as_default=False) as client:
        cluster.add_worker(nanny=True, **other)
        client.wait_for_workers(1)
        assert client.submit(versions).result()["instructions"] == "of its processor"
        cluster.add_worker("--preload-nanny", "retrace", "--resources", "PINNED=1", nanny=True, **other)
        client.wait_for_workers(2)
        told, broken = (
            client.submit(function, resources={"PINNED": 1})
            for function in (versions, loaded_other_bits)
        )
        assert told.result() == versions()
        assert broken.result() == []
