"""Models of your own, beside the library's: docs/your-own-data.md, "A model".

from sklearn.ensemble import ExtraTreesClassifier

from retrace.models.own import Count, model

@model()
def extra_trees(task, seed, train, /, *, n_estimators: Count):
    return ExtraTreesClassifier(n_estimators=n_estimators, random_state=seed)
"""
