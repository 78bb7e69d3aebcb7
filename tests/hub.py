"""A Hugging Face hub of one model on the loopback interface, for tests; it can break off a download."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME, COMMIT = "someone/tiny", "c" * 40


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        path = self.path.split("?")[0]
        files = {f"/{NAME}/resolve/{COMMIT}/{name}": name for name in self.server.files}
        if path == f"/api/models/{NAME}/tree/{COMMIT}":
            self.reply(json.dumps(self.server.tree()).encode(), body)
        elif path == f"/api/models/{NAME}/revision/{COMMIT}":
            self.reply(json.dumps({"id": NAME, "sha": COMMIT}).encode(), body)
        elif path in files:
            self.reply(self.server.files[files[path]], body, name=files[path])
        else:
            self.send_response(404)
            missing = "RevisionNotFound" if path.startswith(f"/api/models/{NAME}/") else "RepoNotFound"
            self.send_header("X-Error-Code", missing)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def reply(self, contents, body, name=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(contents)))
        self.send_header("ETag", f'"{len(contents):040x}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body and name is not None and name == self.server.breaks_off_at:
            self.wfile.write(contents[: len(contents) // 2])
            self.close_connection = True
        elif body:
            self.wfile.write(contents)
            self.server.sent.append(name)

    def log_message(self, *arguments):
        pass


class Hub(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.sent, self.breaks_off_at = files, [], None
        self.url = f"http://127.0.0.1:{self.server_port}"

    def tree(self):
        return [
            {"type": "file", "path": name, "size": len(contents), "oid": f"{len(contents):040x}"}
            for name, contents in self.files.items()
        ]


@contextmanager
def serve(files):
    hub = Hub(files)
    thread = threading.Thread(target=hub.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()
