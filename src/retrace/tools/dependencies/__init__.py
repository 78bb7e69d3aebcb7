"""What a stage loads, against what dvc.yaml declares for it; of any project under DVC."""
