"""Rows that nobody has labelled in, what a model says of each out."""
