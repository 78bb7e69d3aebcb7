"""Against a server on this machine that is slow, breaks off, lies about what it sends, or is silent."""

import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from retrace.core.errors import DataError
from retrace.readers.shared import download
from retrace.readers.shared.download import Patience, cached, fetch

CONTENT = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()

HASTE = Patience(timeout=0.5, tries=3, pause=0.01)


class Handler(BaseHTTPRequestHandler):
    """Answers each request as the next of `server.answers` says; the last one again and again."""

    def do_GET(self):
        self.server.asked.append(self.headers.get("Range"))
        answers = self.server.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def answer(self, status, body=b"", length=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def rest(self):
        asked = self.headers.get("Range")
        return int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0

    def log_message(self, *_):
        pass


def whole(handler):
    """Send the file, or what is asked of it."""
    start = handler.rest()
    if start >= len(CONTENT):
        handler.answer(416)
    elif start:
        span = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
        handler.answer(206, CONTENT[start:], Content_Range=span)
    else:
        handler.answer(200, CONTENT)


def breaks_off(handler):
    """Send half of what is missing."""
    start = handler.rest()
    half = CONTENT[start : start + (len(CONTENT) - start) // 2 + 1]
    span = {"Content_Range": f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"} if start else {}
    handler.answer(206 if start else 200, half, length=len(CONTENT) - start, **span)


def breaks_off_and_ignores_ranges(handler):
    handler.answer(200, CONTENT[:1000], length=len(CONTENT))


def ignores_ranges(handler):
    handler.answer(200, CONTENT)


def sends_another_piece(handler):
    handler.answer(206, CONTENT[5:], Content_Range=f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}")


def sends_another_file(handler):
    handler.answer(200, b"<html>Log in first</html>")


def says_too_short(handler):
    handler.answer(200, CONTENT, length=1000)


def says_too_long(handler):
    handler.answer(200, CONTENT, length=len(CONTENT) + 10)


def is_slow(handler):
    handler.answer(200, length=len(CONTENT))
    for start in range(0, len(CONTENT), 64000):
        handler.wfile.write(CONTENT[start : start + 64000])
        time.sleep(0.1)


def is_silent(handler):
    handler.server.woken.wait(10)


def redirects(handler):
    handler.answer(302, Location=handler.server.url)


def refuses(status):
    return lambda handler: handler.answer(status)


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.url = f"http://127.0.0.1:{server.server_port}/file"
    server.asked, server.answers, server.woken = [], [whole], threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.woken.set()
    server.shutdown()
    thread.join()
    server.server_close()


def get(server, *answers, sha256=SHA256):
    server.answers = list(answers)
    return fetch(server.url, sha256, "file.bin", HASTE)


def left(sha256=SHA256):
    """What lies in the cache beside the lock."""
    folder = cached(sha256, "file.bin").parent
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


def test_a_file_is_fetched_once(server):
    assert get(server, whole).read_bytes() == CONTENT
    assert get(server, refuses(500)).read_bytes() == CONTENT
    assert server.asked == [None]
    assert left() == {"file.bin": CONTENT}


def test_a_download_that_breaks_off_goes_on_where_it_was(server):
    assert get(server, breaks_off, breaks_off, whole).read_bytes() == CONTENT
    half = len(CONTENT) // 2 + 1
    assert server.asked == [None, f"bytes={half}-", f"bytes={half + (len(CONTENT) - half) // 2 + 1}-"]


def test_a_server_that_never_ends_is_left(server, monkeypatch):
    monkeypatch.setattr(download, "LARGEST", 100_000)
    with pytest.raises(DataError, match=r"/file sends more than 100,000 bytes: check `url:`"):
        get(server, whole)
    assert left() == {}


def test_what_an_interrupted_run_left_is_gone_on_with(server):
    part = cached(SHA256, "file.bin.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:1234])
    assert get(server, whole).read_bytes() == CONTENT
    assert server.asked == ["bytes=1234-"]
    assert left() == {"file.bin": CONTENT}


@pytest.mark.parametrize("rest", [ignores_ranges, whole])
def test_a_part_of_another_file_is_thrown_away(server, rest):
    part = cached(SHA256, "file.bin.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1234)
    assert get(server, rest).read_bytes() == CONTENT


def test_a_part_that_is_longer_than_the_file_is_thrown_away(server):
    part = cached(SHA256, "file.bin.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT + b"more")
    assert get(server, whole).read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT) + 4}-", None]


def test_a_server_that_ignores_ranges_sends_it_all_again(server):
    assert get(server, breaks_off, ignores_ranges).read_bytes() == CONTENT


def test_a_server_that_sends_another_piece_is_asked_again(server):
    assert get(server, breaks_off, sends_another_piece, whole).read_bytes() == CONTENT


def test_it_gives_up_when_nothing_new_comes(server):
    with pytest.raises(
        DataError, match=r"cannot be downloaded \(the connection broke off\): check `url:`"
    ):
        get(server, breaks_off_and_ignores_ranges)
    assert len(server.asked) == HASTE.tries
    assert set(left()) == {"file.bin.part"}


def test_another_file_is_refused_and_deleted(server):
    wrong = hashlib.sha256(b"<html>Log in first</html>").hexdigest()
    with pytest.raises(
        DataError, match=rf"another file .*25 bytes; SHA-256 got {wrong}, should be {SHA256}"
    ):
        get(server, sends_another_file)
    assert left() == {}


def test_a_cached_file_that_was_damaged_is_fetched_again(server):
    get(server, whole).write_bytes(CONTENT[:-1])
    assert get(server, whole).read_bytes() == CONTENT
    assert server.asked == [None, None]


def test_a_length_that_is_too_short_cuts_the_file_which_the_hash_shows(server):
    with pytest.raises(DataError, match=r"sent another file than was asked for \(1,000 bytes"):
        get(server, says_too_short)


def test_a_length_that_is_too_long_does_no_harm(server):
    assert get(server, says_too_long).read_bytes() == CONTENT


def test_a_slow_server_is_waited_for(server):
    start = time.monotonic()
    assert get(server, is_slow).read_bytes() == CONTENT
    assert time.monotonic() - start > HASTE.timeout


def test_a_silent_server_is_given_up(server):
    with pytest.raises(DataError, match=r"cannot be downloaded \(the server is silent\)"):
        get(server, is_silent)
    assert len(server.asked) == HASTE.tries


def test_a_redirect_is_followed(server):
    assert get(server, redirects, whole).read_bytes() == CONTENT


def test_a_server_in_trouble_is_asked_again(server):
    assert get(server, refuses(503), refuses(429), whole).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_refusal_is_final_and_says_where_to_put_the_file(server, status):
    with pytest.raises(
        DataError, match=rf"\({status} .*or get the file another way and put it at .*bin"
    ):
        get(server, refuses(status))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9/x", "no connection to the server"),
        ("no-url", "Invalid URL 'no-url'"),
        ("http://", "Invalid URL 'http://'"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(server, url, reason):
    with pytest.raises(DataError, match=rf"{url} cannot be downloaded \({reason}"):
        fetch(url, SHA256, "file.bin", HASTE)


def test_two_runs_at_once_fetch_it_once(server):
    threads = [threading.Thread(target=get, args=(server, is_slow)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert left() == {"file.bin": CONTENT}
    assert server.asked == [None]
