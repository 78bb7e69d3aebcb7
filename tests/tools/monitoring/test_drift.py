import numpy as np
import pandas as pd
import pytest

from retrace.tools.monitoring.drift import compare


@pytest.fixture
def training():
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": generator.normal(size=400),
            "port": generator.choice(["a", "b"], 400).astype(object),
            "depth": generator.normal(size=400),
        }
    )


def test_rows_of_the_same_kind_do_not_drift(training):
    assert not [each for each in compare(training[:200], training[200:]) if each.drifted]


def test_what_moved_is_named_with_its_effect(training):
    moved = training[200:].assign(size=training["size"] + 2, port="b")
    found = {each.column: each for each in compare(training[:200], moved)}
    assert [name for name, each in found.items() if each.drifted] == ["size", "port"]
    assert found["port"].effect == pytest.approx(0.5, abs=0.1)


def test_p_values_are_corrected_for_all_columns(training):
    noise = training.assign(**{f"x{k}": training["size"] for k in range(20)})
    few = {each.column: each.p_value for each in compare(training[:200], training[200:])}
    many = {each.column: each.p_value for each in compare(noise[:200], noise[200:])}
    assert all(many[name] >= p for name, p in few.items())
