"""``retrace kfp``: the pipeline of any dvc.yaml on Kubeflow Pipelines, and its runs brought back."""
