import pytest

from retrace.core.errors import RetraceError
from retrace.tools.search.setup import _train


def test_a_pipeline_without_training_cannot_be_searched():
    with pytest.raises(RetraceError, match=r"dvc\.yaml has no stage `train`"):
        _train([])
