"""Models: a name and its hyperparameters in, a scikit-learn estimator out."""
