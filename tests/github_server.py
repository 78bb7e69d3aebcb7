"""GitHub's API on the loopback interface, over HTTPS, as far as CML and the comment job ask it.

Commits, files and branches come from a bare Git repository, where a test gives one.
"""

import base64
import datetime
import ipaddress
import json
import re
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

REPOSITORY = "lab/retrace"
TOKEN = "a-token"
BOT = {"login": "github-actions[bot]", "type": "Bot"}

LONGEST = 65_536

APP = {f"GIT_{a}_{b}": "app@example.org" for a in ("AUTHOR", "COMMITTER") for b in ("NAME", "EMAIL")}


class GitHubServer:
    """One repository: fill its lists, look at what was asked.

    Parameters
    ----------
    folder : Path
        For the certificate.
    bare : Path, optional
        The repository's Git.
    """

    def __init__(self, folder, bare=None):
        self.bare = bare
        self.pulls, self.runs, self.artifacts, self.comments = [], [], {}, {}
        self.asked, self.fails = [], set()
        self.ids = iter(range(1000, 9999))
        self.certificate = write_certificate(folder)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def variables(self):
        """What a job on this server has in its environment."""
        return {
            "GITHUB_SERVER_URL": self.url,
            "GITHUB_API_URL": f"{self.url}/api/v3",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN,
            "SSL_CERT_FILE": str(self.certificate),
            "NODE_EXTRA_CA_CERTS": str(self.certificate),
        }

    def git(self, *arguments, **options):
        command = ["git", "-C", str(self.bare), *arguments]
        return subprocess.run(command, capture_output=True, check=True, **options).stdout

    def add_pull(self, number, sha, branch, repository=REPOSITORY, base="main", draft=False, labels=()):
        owner = repository.split("/")[0]
        head = {"sha": sha, "ref": branch, "repo": {"full_name": repository, "owner": {"login": owner}}}
        into = {"ref": base, "repo": {"full_name": REPOSITORY, "default_branch": "main"}}
        url = f"{self.url}/{REPOSITORY}/pull/{number}"
        self.pulls.append(
            {"number": number, "state": "open", "head": head, "base": into, "html_url": url}
            | {"draft": draft, "labels": [{"name": name} for name in labels]}
        )
        return self.pulls[-1]

    def add_run(self, sha, branch, workflow="cml", event="push", repository=REPOSITORY, **others):
        number = next(self.ids)
        run = {
            "id": number,
            "name": workflow,
            "path": f".github/workflows/{workflow}.yml",
            "event": event,
            "head_sha": sha,
            "head_branch": branch,
            "head_repository": {"full_name": repository, "owner": {"login": repository.split("/")[0]}},
            "status": "completed",
            "conclusion": "success",
            "html_url": f"{self.url}/{REPOSITORY}/actions/runs/{number}",
            "run_started_at": "2026-11-21T09:00:00Z",
            "updated_at": "2026-11-21T09:01:10Z",
        }
        self.runs.append(run | others)
        self.artifacts[number] = [{"id": number + 5, "name": "pull-request", "expired": False}]
        return self.runs[-1]

    def add_comment(self, number, body, user=BOT):
        found = self.comments.setdefault(number, [])
        found.append({"id": next(self.ids), "body": body, "user": user, "html_url": f"{self.url}/c"})
        return found[-1]

    def event(self, run):
        """Return what GitHub writes for a job that the end of a run starts."""
        repository = {"full_name": REPOSITORY, "default_branch": "main"}
        return {"action": "completed", "workflow_run": run, "repository": repository}

    def writes(self):
        return [(method, path) for method, path, _ in self.asked if method not in {"GET"}]


def answer(server, method, path, query, body):
    """Return the status and what to send: the part of the API that is used."""
    for verb, pattern, function in ROUTES:
        if verb == method and (found := re.fullmatch(pattern, path)):
            return function(server, *found.groups(), query=query, body=body)
    return 404, {"message": "Not Found"}


def page_of(items, query):
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return items[(page - 1) * size : page * size]


def list_pulls(server, *, query, body):
    head = query.get("head", "")
    found = [
        pull
        for pull in server.pulls
        if not head or head == f"{pull['head']['repo']['owner']['login']}:{pull['head']['ref']}"
    ]
    return 200, page_of(found, query)


def list_pulls_of_commit(server, sha, *, query, body):
    # As on GitHub: nothing for a commit that is only in a fork.
    own = [pull for pull in server.pulls if pull["head"]["repo"]["full_name"] == REPOSITORY]
    return 200, page_of([pull for pull in own if pull["head"]["sha"] == sha], query)


def list_comments(server, number, *, query, body):
    return 200, page_of(server.comments.get(int(number), []), query)


def create_comment(server, number, *, query, body):
    if len(body["body"]) > LONGEST:
        return 422, {"message": "Validation Failed: body is too long (maximum is 65536 characters)"}
    return 201, server.add_comment(int(number), body["body"])


def update_comment(server, number, *, query, body):
    if len(body["body"]) > LONGEST:
        return 422, {"message": "Validation Failed: body is too long (maximum is 65536 characters)"}
    for comment in (each for found in server.comments.values() for each in found):
        if comment["id"] == int(number):
            comment["body"] = body["body"]
            return 200, comment
    return 404, {"message": "Not Found"}


def list_runs(server, *, query, body):
    asked = {key: query[key] for key in ("head_sha", "event", "status") if key in query}
    found = [run for run in server.runs if all(run[key] == value for key, value in asked.items())]
    return 200, {"total_count": len(found), "workflow_runs": page_of(found, query)}


def list_artifacts(server, run, *, query, body):
    found = server.artifacts.get(int(run), [])
    return 200, {"total_count": len(found), "artifacts": page_of(found, query)}


def show_commit(server, sha, *, query, body):
    return 200, {"sha": sha, "commit": {"message": server.git("log", "-1", "--format=%B", sha).decode()}}


def show_file(server, path, *, query, body):
    try:
        if server.git("cat-file", "-t", f"{query['ref']}:{path}") == b"tree\n":
            return 200, []
        content = server.git("cat-file", "blob", f"{query['ref']}:{path}")
    except subprocess.CalledProcessError:
        return 404, {"message": "Not Found"}
    return 200, {"path": path, "encoding": "base64", "content": base64.encodebytes(content).decode()}


def show_ref(server, name, *, query, body):
    found = server.git("for-each-ref", "--format=%(objectname)", f"refs/{name}").decode().strip()
    return (200, {"object": {"sha": found}}) if found else (404, {"message": "Not Found"})


def show_tree(server, sha, *, query, body):
    lines = server.git("ls-tree", sha).decode().splitlines()
    found = [line.replace("\t", " ").split(" ", 3) for line in lines]
    return 200, {"tree": [{"path": path, "sha": blob} for _, _, blob, path in found]}


def show_blob(server, sha, *, query, body):
    content = base64.encodebytes(server.git("cat-file", "blob", sha)).decode()
    return 200, {"content": content, "encoding": "base64"}


def make_object(server, kind, *, query, body):
    if kind == "blobs":
        made = server.git("hash-object", "-w", "--stdin", input=base64.b64decode(body["content"]))
    elif kind == "trees":
        lines = [
            f"{each['mode']} {each['type']} {each['sha']}\t{each['path']}\n" for each in body["tree"]
        ]
        made = server.git("mktree", input="".join(lines).encode())
    else:
        after = [word for parent in body["parents"] for word in ("-p", parent)]
        made = server.git("commit-tree", body["tree"], *after, "-m", body["message"], env=APP)
    return 201, {"sha": made.decode().strip()}


def write_ref(server, name=None, *, query, body):
    """Create a reference, or move one forward: GitHub forces nothing that was not asked for."""
    ref, old = name or body["ref"], "0" * 40
    if name:
        old = server.git("rev-parse", name).decode().strip()
        try:
            server.git("merge-base", "--is-ancestor", old, body["sha"])
        except subprocess.CalledProcessError:
            return 422, {"message": "Update is not a fast forward"}
    try:
        server.git("update-ref", ref, body["sha"], old)
    except subprocess.CalledProcessError:
        return 422, {"message": "Reference already exists"}
    return 200, {"ref": ref}


def commit_on_branch(server, *, query, body):
    asked = body["variables"]["input"]
    branch = f"refs/heads/{asked['branch']['branchName']}"
    head = server.git("rev-parse", branch).decode().strip()
    if head != asked["expectedHeadOid"]:
        said = f'Expected branch to point to "{asked["expectedHeadOid"]}" but it did not.'
        return 200, {"data": None, "errors": [{"type": "STALE_DATA", "message": said}]}
    index = {"GIT_INDEX_FILE": str(server.bare / "index-of-the-commit")}
    server.git("read-tree", head, env=index)
    for each in asked["fileChanges"]["additions"]:
        blob = server.git("hash-object", "-w", "--stdin", input=base64.b64decode(each["contents"]))
        entry = f"100644,{blob.decode().strip()},{each['path']}"
        server.git("update-index", "--add", "--cacheinfo", entry, env=index)
    message = f"{asked['message']['headline']}\n\n{asked['message']['body']}"
    tree = server.git("write-tree", env=index).decode().strip()
    made = server.git("commit-tree", tree, "-p", head, "-m", message, env=APP).decode().strip()
    server.git("update-ref", branch, made, head)
    return 200, {"data": {"createCommitOnBranch": {"commit": {"oid": made}}}}


HERE = f"/api/v3/repos/{REPOSITORY}"
ROUTES = (
    ("GET", rf"{HERE}/pulls", list_pulls),
    ("GET", rf"{HERE}/commits/([0-9a-f]+)/pulls", list_pulls_of_commit),
    ("GET", rf"{HERE}/commits/([0-9a-f]+)", show_commit),
    ("GET", rf"{HERE}/issues/(\d+)/comments", list_comments),
    ("POST", rf"{HERE}/issues/(\d+)/comments", create_comment),
    ("PATCH", rf"{HERE}/issues/comments/(\d+)", update_comment),
    ("GET", rf"{HERE}/actions/runs", list_runs),
    ("GET", rf"{HERE}/actions/runs/(\d+)/artifacts", list_artifacts),
    ("GET", rf"{HERE}/contents/(.+)", show_file),
    ("GET", rf"{HERE}/git/ref/(.+)", show_ref),
    ("GET", rf"{HERE}/git/trees/([0-9a-f]+)", show_tree),
    ("GET", rf"{HERE}/git/blobs/([0-9a-f]+)", show_blob),
    ("POST", rf"{HERE}/git/(blobs|trees|commits)", make_object),
    ("POST", rf"{HERE}/git/refs", write_ref),
    ("PATCH", rf"{HERE}/git/(refs/.+)", write_ref),
    ("POST", r"/api/graphql", commit_on_branch),
)


def handler_for(server):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self):
            url = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(url.query).items()}
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"null")
            path = unquote(url.path)
            server.asked.append((self.command, path, self.headers.get("User-Agent", "")))
            if TOKEN not in self.headers.get("Authorization", ""):
                self.send(401, {"message": "Bad credentials"})
            elif self.command in server.fails:
                self.send(403, {"message": "Resource not accessible by integration"})
            else:
                self.send(*answer(server, self.command, path, query, body))

        do_GET = do_POST = do_PATCH = respond  # noqa: N815

        def send(self, status, content):
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Handler


def write_certificate(folder):
    """Make a key and a certificate for 127.0.0.1 that signs itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
