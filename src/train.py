"""Stage 4: the training and validation parts -> cache/model.joblib, report/training_history.csv."""

from retrace.core import artifacts
from retrace.core.errors import run_or_explain
from retrace.core.params import load_params
from retrace.core.seeding import pin
from retrace.models.callbacks import Checkpoint, Progress
from retrace.models.fitting import fit_model
from retrace.models.provenance import training_record
from retrace.models.registry import build_model


def main() -> None:
    """Fit the model that params.yaml has in use; the test part is not even read."""
    params = load_params()
    pin(seed=params.seed, threads=params.train.threads, instructions=params.train.instructions)
    training, validation = (artifacts.load(path) for path in (artifacts.TRAIN, artifacts.VALIDATION))
    model = build_model(params, training.kind, training.task)
    record = training_record(params, [artifacts.TRAIN, artifacts.VALIDATION], model)
    checkpoint = Checkpoint(record)
    history = fit_model(model, training, validation, [checkpoint, Progress()], params.calibrate)
    artifacts.save(model, artifacts.MODEL)
    artifacts.save_history(history, artifacts.HISTORY)
    artifacts.save_json(record, artifacts.ENVIRONMENT)
    checkpoint.remove()
    print(f"train: {params.model} on {len(training)} rows")


if __name__ == "__main__":
    run_or_explain(main)
