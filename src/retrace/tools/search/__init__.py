"""Hyperparameter search: many settings of one model, tried on the parts that the pipeline cached."""
