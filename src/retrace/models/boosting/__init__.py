"""Boosted trees of LightGBM and XGBoost, which are an extra: requirements-boosting.txt."""
