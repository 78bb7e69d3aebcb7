"""A dataset as it was read in, the same rows cleaned out; nothing is learned from the data."""
