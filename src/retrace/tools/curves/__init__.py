"""Curves that cost trainings: of the score by the number of training rows, or by one hyperparameter."""
