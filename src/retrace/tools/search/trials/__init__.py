"""One setting in, its score out, on this machine."""
