"""What is searched, what has been tried, and what is tried next."""
