"""What an S3 store answers, in words that a user can act on."""

from typing import Any

from retrace.tools.repository.addresses import without_secrets

KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"

# From the store's own answers.
CODES = {
    "InvalidAccessKeyId": f"the key is not known there: check {KEYS}",
    "SignatureDoesNotMatch": f"the key and its secret do not fit together: check {KEYS}",
    "AccessDenied": "the key has no right to do this: docs/data-in-s3.md lists those that are needed",
    "NoSuchBucket": "the bucket is not there: make it, or mend the URL",
    "ExpiredToken": "the session is over: sign in again, as with `aws sso login`",
    "InvalidToken": "the session token is not valid: sign in again, or unset AWS_SESSION_TOKEN",
    "RequestTimeTooSkewed": "the clock of this machine is wrong: set it",
    "AuthorizationHeaderMalformed": "it is in another region: `retrace remote <url> --region <region>`",
    "PermanentRedirect": "it is in another region: `retrace remote <url> --region <region>`",
}

# By name, so that botocore is not loaded for a remote of another kind.
EXCEPTIONS = {
    "NoCredentialsError": f"there is no key: set {KEYS}",
    "PartialCredentialsError": f"the key is not whole: set {KEYS}",
    "EndpointConnectionError": "nothing answers there: check the endpoint, or wait for the server",
    "ConnectTimeoutError": "nothing answers there: check the endpoint, or wait for the server",
    "ReadTimeoutError": "it takes the question but gives no answer: wait until the server is well",
    "ProfileNotFound": "there is no such profile: `aws configure list-profiles` names those there are",
    "SSLError": "its certificate does not hold, or it speaks no https: check the endpoint",
}


def ask(filesystem: Any, path: str) -> None:
    """Let an S3 store list one key of a folder, which needs a key that fits and a bucket.

    Parameters
    ----------
    path : str
        It starts with the bucket.
    """
    bucket, _, folder = path.partition("/")
    prefix = f"{folder}/" if folder else ""
    # A HEAD, as `exists` makes one, is answered without the reason.
    filesystem.fs.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=1)


def in_words(error: BaseException) -> str:
    """Return one line for an error of S3's client, with what to do; of other errors their own words."""
    for each in (error, error.__cause__):
        answer = getattr(each, "response", None) or {}
        if code := answer.get("Error", {}).get("Code"):
            says = CODES.get(code, answer["Error"].get("Message") or str(error))
            return without_secrets(f"{says} ({code})")
        if name := type(each).__name__ if type(each).__name__ in EXCEPTIONS else "":
            return EXCEPTIONS[name]
    return without_secrets(str(error)) or type(error).__name__
