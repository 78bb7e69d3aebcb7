from typing import Annotated, Literal

import pytest
from annotated_types import Gt
from pydantic import Strict, validate_call
from pydantic.dataclasses import dataclass

from retrace.core.checked_yaml import CONFIG, checked, flatten, load_yaml
from retrace.core.errors import ParamsError


@dataclass(frozen=True, kw_only=True, config=CONFIG)
class Inner:
    rate: Annotated[float, Strict(), Gt(0)]


@dataclass(frozen=True, kw_only=True, config=CONFIG)
class Outer:
    inner: Inner
    names: list[str]


@validate_call(config=CONFIG)
def tree(*, depth: Annotated[int, Strict(), Gt(0)] | None, rule: Literal["gini", "entropy"]):
    return depth


@validate_call(config=CONFIG)
def boost(*, rate: Annotated[float, Strict(), Gt(0)] | Literal["auto"]):
    return rate


def test_values_that_fit_are_returned():
    assert checked(Outer, {"inner": {"rate": 1}, "names": []}, "p").inner.rate == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"inner": {"rate": "x"}, "names": []}, "p: inner.rate: got 'x' (text), should be a number"),
        ({"inner": {"rat": 1.0}, "names": []}, "p: inner.rat is not a known key (did you mean 'rate'?)"),
        ({"inner": {"rate": 1.0}}, "p: names is missing: add it"),
        ({"inner": 3, "names": []}, "p: inner: got 3 (a whole number), should be"),
        ({"inner": {"rate": 1.0}, "names": [1]}, "p: names.0: got 1 (a whole number), should be text"),
        ("text", "p: got 'text' (text), should be `key: value` lines"),
        (None, "p: got nothing, should be `key: value` lines"),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(values, message):
    with pytest.raises(ParamsError) as raised:
        checked(Outer, values, "p")
    assert message in str(raised.value)


def test_a_choice_names_the_nearest_word():
    with pytest.raises(ParamsError, match=r"should be 'gini' or 'entropy' \(did you mean 'gini'\?\)"):
        checked(tree, {"depth": 1, "rule": "ginny"}, "params.yaml: models.tree")


def test_each_alternative_of_a_value_is_said():
    with pytest.raises(ParamsError, match=r"rate: got 'x' \(text\), should be a number or 'auto'"):
        checked(boost, {"rate": "x"}, "params.yaml: models.boost")


BOMB = "a0: &a0 [1, 1]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "is not valid YAML"),
        ("a: 1\na: 2\n", "is not valid YAML: found duplicate key"),
        ("day: 2024-99-99\n", "is not valid YAML"),
        ('file: "a\\0b"\n', r"'a\x00b' holds a character that no text has"),
        ('file: "\\ud800"\n', r"'\ud800' holds a character that no text has"),
        ("a: &a [*a]\n", "an alias (*) stands inside of what it names"),
        ("a: &a [1, 2]\nb: &b {? &c [*a, *a] : 1}\n", "is not valid YAML"),
        ("a: " + "[" * 5000, "is not valid YAML"),
        ("a: !!int x\n", "is not valid YAML"),
        ("a: !!binary é\n", "is not valid YAML"),
        (BOMB, "its aliases (*) stand for more than 100,000 values"),
        ("- 1\n- 2\n", "should be `key: value` lines"),
    ],
)
def test_yaml_that_is_no_mapping_is_refused(tmp_path, text, message):
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(ParamsError) as raised:
        load_yaml(tmp_path / "p.yaml")
    assert message in str(raised.value)


def test_an_empty_file_is_an_empty_mapping(tmp_path):
    (tmp_path / "p.yaml").write_text("# nothing yet\n")
    assert load_yaml(tmp_path / "p.yaml") == {}


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "p.yaml").write_bytes("a: ä".encode("latin-1"))
    with pytest.raises(ParamsError, match="save it as UTF-8"):
        load_yaml(tmp_path / "p.yaml")


def test_params_are_flattened_by_their_full_names():
    assert flatten({"a": {"b": {"c": 1}, "d": []}, "e": {}}) == {"a.b.c": 1, "a.d": [], "e": {}}


def test_nested_keys_get_full_names():
    assert flatten({"a": {"b": 1, "c": {}}, "d": [1]}) == {"a.b": 1, "a.c": {}, "d": [1]}
