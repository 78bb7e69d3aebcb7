"""``retrace submit``: the stages, or the experiments of DVC's queue, as jobs of SLURM."""
