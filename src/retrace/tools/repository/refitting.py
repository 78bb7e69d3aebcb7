"""A model fitted as the stage `train` does it, in a process that may have computed anything before."""

from collections.abc import Sequence

from sklearn.pipeline import Pipeline

from retrace.core.params import Params
from retrace.core.records import Dataset
from retrace.core.seeding import pin
from retrace.models.fitting import fit_model
from retrace.models.registry import build_model


def fit_afresh(
    params: Params, training: Dataset, validation: Dataset, callbacks: Sequence[object] = ()
) -> Pipeline:
    """Seed, build and fit the model that params.yaml has in use, its calibration included.

    Parameters
    ----------
    training, validation : Dataset
        The rows to fit on, and those that a model may stop by or be calibrated on.
    callbacks : sequence of callbacks
        What watches a training by epochs.

    Raises
    ------
    RetraceError
        The model, or the data, do not do.
    """
    pin(seed=params.seed, threads=params.train.threads, instructions=params.train.instructions)
    model = build_model(params, training.kind, training.task)
    fit_model(model, training, validation, callbacks, params.calibrate)
    return model
