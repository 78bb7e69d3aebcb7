"""``retrace mlflow``: what dvc.lock knows of a run, as a run of MLflow; written after it, not in it."""
