"""DVC parses params.yaml anew for each stage, in plain Python: here the same text is parsed once."""

import functools
import pickle
from typing import Any

# dvc.yaml, dvc.lock, params.yaml and the .dvc files, of a few commits.
TEXTS = 64


@functools.cache  # once, however often it is asked for
def parse_once() -> None:
    """Let DVC in this process remember what it parsed; whoever reads gets a copy of its own."""
    from dvc.utils import serialize, strictyaml
    from dvc.utils.serialize import _yaml

    parse = _yaml.parse_yaml

    @functools.lru_cache(TEXTS)
    def parsed(text: str, path: str) -> bytes:
        return pickle.dumps(parse(text, path))

    def parse_yaml(text: str, path: str, typ: str = "safe") -> Any:
        # What is edited keeps its comments in objects that know their lines.
        return pickle.loads(parsed(text, path)) if typ == "safe" else parse(text, path, typ)

    for module in (_yaml, serialize, strictyaml):
        module.parse_yaml = parse_yaml
