"""A pull request: what its comment says, and how it gets there."""
