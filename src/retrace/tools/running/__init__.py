"""Run the pipeline, prove it, and tell what a machine lacks."""
