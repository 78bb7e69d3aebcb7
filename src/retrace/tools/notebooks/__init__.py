"""A notebook becomes a script with an argument parser, and a stage of dvc.yaml; it stays the source."""
