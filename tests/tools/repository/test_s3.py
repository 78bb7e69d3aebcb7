import pytest

from retrace.tools.repository.s3 import in_words


class AnswerError(Exception):
    def __init__(self, code, message="no"):
        super().__init__(f"An error occurred ({code})")
        self.response = {"Error": {"Code": code, "Message": message}}


def wrapped(error):
    """As s3fs raises it."""
    try:
        raise PermissionError("Forbidden") from error
    except PermissionError as outer:
        return outer


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("InvalidAccessKeyId", "the key is not known there: check AWS_ACCESS_KEY_ID"),
        ("SignatureDoesNotMatch", "the key and its secret do not fit together"),
        ("NoSuchBucket", "the bucket is not there: make it, or mend the URL"),
        ("ExpiredToken", "the session is over: sign in again"),
        ("PermanentRedirect", "it is in another region"),
    ],
)
def test_each_answer_says_what_to_do(code, says):
    assert in_words(wrapped(AnswerError(code))).startswith(says)
    assert in_words(AnswerError(code)).endswith(f"({code})")


def test_an_answer_that_is_not_known_keeps_the_words_of_the_store():
    assert in_words(AnswerError("SlowDown", "Please reduce your request rate.")) == (
        "Please reduce your request rate. (SlowDown)"
    )


def test_what_never_reached_a_store_says_what_to_do():
    from botocore.exceptions import EndpointConnectionError, NoCredentialsError

    assert in_words(NoCredentialsError()).startswith("there is no key: set AWS_ACCESS_KEY_ID")
    unreachable = EndpointConnectionError(endpoint_url="https://s3.example.org")
    assert in_words(unreachable).startswith("nothing answers there")


def test_other_errors_keep_their_words():
    assert in_words(ValueError("bad")) == "bad"
    assert in_words(ValueError()) == "ValueError"
