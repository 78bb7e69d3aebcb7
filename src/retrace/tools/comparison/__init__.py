"""Two runs in, what differs and whether it is really better out."""
