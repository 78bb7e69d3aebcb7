"""What Git, DVC, dvc.lock and the cache say of a project: asked here and nowhere else."""
