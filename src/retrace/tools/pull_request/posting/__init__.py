"""The half of the comment that holds the token: it imports nothing else of retrace.

It is started as ``posting``, from the folder above: ``import retrace`` would read params.yaml.
"""


class PostingError(Exception):
    """What stands in the way, in one sentence for the log of the job."""
