"""Image files in, pixels out, on several processes."""
