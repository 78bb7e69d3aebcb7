"""A model in a folder of its own: for those who have neither this repository nor its remote."""
