"""Predictions of two models on the same rows, for the tests of `retrace.tools.significance`."""

import numpy as np

from retrace.core.records import Predictions


def paired_models(n=120, gained=0, lost=0, n_classes=3, seed=0):
    """Make two models that are right on the same rows but for those that only one of them has right."""
    generator = np.random.default_rng(seed)
    y = generator.integers(0, n_classes, n)
    right = np.ones((2, n), bool)
    right[0, :gained] = right[1, gained : gained + lost] = False
    right[:, gained + lost : gained + lost + n // 20] = False
    elsewhere = (y + generator.integers(1, n_classes, n)) % n_classes
    return [_predictions(y, np.where(hits, y, elsewhere), hits, generator) for hits in right]


def noisy_model(y, signal, seed, n_classes=3):
    """Make a model whose probabilities are those of a normal score for each class."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(len(y), n_classes)) + signal * np.eye(n_classes)[y]
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return Predictions(y=y, predicted=probabilities.argmax(axis=1), probabilities=probabilities)


def _predictions(y, predicted, hits, generator):
    rest = 1 - (0.6 + 0.3 * generator.random(len(y)))
    probabilities = np.repeat(rest[:, np.newaxis] / (predicted.max() + 1), y.max() + 1, axis=1)
    probabilities[np.arange(len(y)), predicted] += 1 - probabilities.sum(axis=1)
    return Predictions(y=y, predicted=predicted, probabilities=probabilities)
