import pytest
from dvc.utils import serialize, strictyaml

from retrace.tools.repository.parsing_once import parse_once


def test_each_reader_has_a_copy_of_what_was_parsed_once(tmp_path):
    parse_once()
    once = serialize.parse_yaml
    parse_once()
    assert once is serialize.parse_yaml is strictyaml.parse_yaml
    first = serialize.parse_yaml("a: [1e-4]", "x.yaml")
    first["a"].append(2)
    assert serialize.parse_yaml("a: [1e-4]", "x.yaml") == {"a": [1e-4]}
    (tmp_path / "x.yaml").write_text("a: [")
    for _ in range(2):
        with pytest.raises(serialize.YAMLFileCorruptedError):
            serialize.load_yaml(tmp_path / "x.yaml")
