"""Boosted trees of LightGBM, XGBoost and CatBoost, which are an extra: requirements-boosting.txt."""
