import pytest

from retrace.tools.repository.addresses import holds_secrets, without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://key:secret@bucket/data?token=1 fails", "s3://bucket/data fails"),
        ("see 'https://u:p@h.org:90/x#tok', then", "see 'https://h.org:90/x', then"),
        ("postgresql:/me:secret@h/x.", "postgresql:/h/x."),
        ("postgresql+psycopg://me:se/cr@et@h:1/db", "postgresql+psycopg://h:1/db"),
        ("(http://a@h) and http://b:c@i/", "(http://h) and http://i/"),
        ("https://h?X-Amz-Signature=1", "https://h"),
        ("s3://bucket/mail@x.org/a b", "s3://bucket/mail@x.org/a b"),
        ("sqlite:////tmp/a.db", "sqlite:////tmp/a.db"),
        ("C:/data/x and /srv/dvc: none", "C:/data/x and /srv/dvc: none"),
    ],
)
def test_users_keys_and_queries_are_left_out(text, shown):
    assert without_secrets(text) == shown
    assert without_secrets(shown) == shown
    assert holds_secrets(text) == (text != shown)
