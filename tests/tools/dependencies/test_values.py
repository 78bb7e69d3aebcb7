import ast

import pytest

from retrace.tools.dependencies.values import Frame, Value, bind

RATE, SEED = Value("params.yaml", ("rate",)), Value("params.yaml", ("seed",))


@pytest.mark.parametrize(
    ("signature", "arguments", "bound", "rest"),
    [
        ("a, b", [(None, RATE), ("b", SEED)], {"a": RATE, "b": SEED}, []),
        ("a, /, *, b", [(None, RATE), ("b", SEED)], {"a": RATE, "b": SEED}, []),
        ("a", [(None, None), (None, SEED)], {"a": None}, [SEED]),
        ("**rest", [("*", RATE)], {}, [RATE]),
    ],
)
def test_arguments_go_to_their_names(signature, arguments, bound, rest):
    function = ast.parse(f"def f({signature}): pass").body[0]
    assert bind(function, arguments, method=False) == (bound, rest)


def test_a_method_has_one_name_more():
    function = ast.parse("def f(self, a): pass").body[0]
    assert bind(function, [(None, RATE)], method=True) == ({"a": RATE}, [])


def test_names_of_an_inner_frame_do_not_leave_it():
    outer = Frame(None, {"a": RATE})
    outer.inner().scope["a"] = SEED
    assert outer.scope == {"a": RATE}
