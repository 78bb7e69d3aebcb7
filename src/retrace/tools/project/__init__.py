"""`retrace new` and `retrace update`: a project of one's own, its library a pinned package."""
