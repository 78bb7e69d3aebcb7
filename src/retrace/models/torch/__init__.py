"""The networks, and the loop that trains them, behind scikit-learn's estimator."""
