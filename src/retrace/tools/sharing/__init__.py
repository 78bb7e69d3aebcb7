"""Data, models and the run-cache, shared through the DVC remote."""
