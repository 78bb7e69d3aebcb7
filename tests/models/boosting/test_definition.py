import pytest

from retrace.core.errors import ModelError
from retrace.models.boosting.definition import imported


def test_what_cannot_be_imported_is_an_error_with_the_remedy():
    with pytest.raises(ModelError, match=r"pip install --no-deps -r requirements-boosting\.txt"):
        imported("no_such_booster")
