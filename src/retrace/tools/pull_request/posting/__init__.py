"""The half of the comment that holds the token: it imports nothing else of retrace."""
