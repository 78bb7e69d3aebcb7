import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from retrace.readers import read

COMMON = {"title": "Mine", "task": "classification", "kind": "tabular", "reader": "table"}


@pytest.fixture
def bring(tmp_path):
    """Write a file as it is given (text, bytes, a table, or what writes to a path) and read it."""

    def bring(content, file="t.csv", **keys):
        path = tmp_path / "mine" / file
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, pa.Table):
            pq.write_table(content, path)
        elif isinstance(content, dict):
            pd.DataFrame(content).to_csv(path, index=False)
        elif callable(content):
            content(path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with (tmp_path / "mine.yaml").open("w") as out:
            YAML().dump(COMMON | {"file": file, "target": "label"} | keys, out)
        return read("mine", tmp_path)

    return bring
