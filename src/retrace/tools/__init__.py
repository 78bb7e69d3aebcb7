"""What is built around the pipeline: nothing here can change a result."""
