"""The half of the comment that holds the token: it imports nothing else of retrace."""


class PostingError(Exception):
    """What stands in the way, in one sentence for the log of the job."""
