"""All runs that this clone knows of, on one page that opens offline."""
