"""OpenStack Swift with its S3 API on the loopback interface: a real object store, for tests.

A proxy, an account, a container and an object server with one-replica rings in a folder of their own,
and memcached: Debian's packages swift-proxy, swift-account, swift-container, swift-object, memcached.
"""

import ctypes
import getpass
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

REGION = "us-east-1"
STORAGE = ("account", "container", "object")
PROGRAMS = ("swift-proxy-server", *(f"swift-{name}-server" for name in STORAGE), "memcached")

# An S3 key here is an account and a user. The reader may do nothing until a bucket lets it.
SECRETS = {"lab:writer": "writing", "lab:reader": "reading", "elsewhere:stranger": "looking"}

RINGS = """
import json, sys
from swift.common.ring import RingBuilder
for name, port in json.loads(sys.argv[1]).items():
    ring = RingBuilder(2, 1, 0)
    ring.add_dev(dict(region=1, zone=1, ip="127.0.0.1", port=port, device="disk", weight=1))
    ring.rebalance()
    ring.get_ring().save(name + ".ring.gz")
"""

# By themselves the servers read /etc/swift/swift.conf. All of them load the same modules, so one process
# does that once and forks; Linux ends them with it.
SERVE = """
import ctypes, os, signal, sys
from swift.common import utils
utils.set_swift_dir(os.getcwd())
from swift.common.wsgi import run_wsgi
import swift.account.server, swift.container.server, swift.obj.server, swift.proxy.server
import swift.common.middleware.s3api.s3api
for name in sys.argv[1:]:
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        sys.exit(run_wsgi(f"{os.getcwd()}/{name}.conf", f"{name}-server"))
os.wait()
"""

SERVER = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
workers = 0
swift_dir = {folder}
devices = {folder}
mount_check = false
disable_fallocate = true
log_address = {folder}/none
log_udp_host = 127.0.0.1
log_udp_port = {log}
[pipeline:main]
pipeline = {pipeline}
[app:{name}-server]
use = egg:swift#{name}
{options}"""

FILTERS = {
    "catch_errors": "",
    "gatekeeper": "",
    "healthcheck": "",
    "proxy_logging": "",
    "memcache": "memcache_servers = 127.0.0.1:{memcached}\n",
    "listing_formats": "",
    "bulk": "",
    "s3api": f"location = {REGION}\n",
    "tempauth": "".join(
        f"user_{key.replace(':', '_')} = {secret}{'' if 'reader' in key else ' .admin'}\n"
        for key, secret in SECRETS.items()
    ),
    "copy": "",
    "slo": "",
    "dlo": "",
}


def missing_programs():
    """Name what is not installed."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Swift:
    """A store that can be ended, or killed, and started again on the same data."""

    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / "disk").mkdir(parents=True)
        self.ports = dict(zip((*STORAGE, "proxy", "memcached", "log"), free_ports(6), strict=True))
        self.url = f"http://127.0.0.1:{self.ports['proxy']}"
        self.processes = []
        self._configure()

    def start(self):
        """Start the servers and wait until all of them answer."""
        options = [] if getpass.getuser() != "root" else ["-u", "root"]
        port = str(self.ports["memcached"])
        self.processes = [
            self._run(SERVE, *STORAGE, "proxy"),
            self._start("memcached", "-l", "127.0.0.1", "-p", port, "-U", "0", *options),
        ]
        for name in (*STORAGE, "memcached", "proxy"):
            self._wait_for(self.ports[name])
        with urllib.request.urlopen(f"{self.url}/healthcheck", timeout=20) as answer:
            assert answer.read() == b"OK"
        return self

    def stop(self):
        """End the servers."""
        self._signal(signal.SIGTERM)

    def kill(self):
        """End the servers in the middle of whatever they do."""
        self._signal(signal.SIGKILL)

    def keys(self, key="lab:writer", secret=None):
        """Return the environment variables with which a user reaches the store."""
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret or SECRETS[key],
            "AWS_DEFAULT_REGION": REGION,
        }

    def client(self, key="lab:writer"):
        """Return boto3's client of the store."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=key,
            aws_secret_access_key=SECRETS[key],
            region_name=REGION,
            config=Config(
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def add_bucket(self, name, readers=""):
        """Make a bucket of `lab:writer`; ``readers="lab:reader"`` lets others list and read it."""
        self.client().create_bucket(Bucket=name)
        if readers:
            self._let_read(name, readers)
        return f"s3://{name}"

    def objects(self, bucket, prefix=""):
        """Return ``{key: size}`` of what is in a bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return {found["Key"]: found["Size"] for page in pages for found in page.get("Contents", [])}

    def files(self):
        """Return the files in which the object server keeps the objects' bytes."""
        return sorted((self.folder / "disk/objects").rglob("*.data"))

    def _let_read(self, bucket, readers):
        account, secret = "lab:writer", SECRETS["lab:writer"]
        headers = {"X-Auth-User": account, "X-Auth-Key": secret}
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.url}/auth/v1.0", headers=headers)
        ) as r:
            token, url = r.headers["X-Auth-Token"], r.headers["X-Storage-Url"]
        headers = {"X-Auth-Token": token, "X-Container-Read": f"{readers},.rlistings"}
        urllib.request.urlopen(
            urllib.request.Request(f"{url}/{bucket}", headers=headers, method="POST")
        ).close()

    def _configure(self):
        (self.folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = test\n")
        filters = "".join(
            f"[filter:{name}]\nuse = egg:swift#{name}\n{options.format(**self.ports)}"
            for name, options in FILTERS.items()
        )
        for name in STORAGE:
            self._write(name, f"{name}-server", "")
        self._write(
            "proxy", " ".join([*FILTERS, "proxy-server"]), f"account_autocreate = true\n{filters}"
        )
        self._run(RINGS, json.dumps({name: self.ports[name] for name in STORAGE})).wait()

    def _write(self, name, pipeline, options):
        text = SERVER.format(
            name=name,
            port=self.ports[name],
            log=self.ports["log"],
            user=getpass.getuser(),
            folder=self.folder,
            pipeline=pipeline,
            options=options,
        )
        (self.folder / f"{name}.conf").write_text(text)

    def _run(self, script, *arguments):
        """Run a script with the Python that Swift is installed for."""
        python = Path(shutil.which("swift-proxy-server")).read_text().splitlines()[0].lstrip("#! ")
        return self._start(python, "-W", "ignore", "-c", script, *arguments)

    def _start(self, *command):
        variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_the_tests,
            )

    def _wait_for(self, port, seconds=30):
        end = time.monotonic() + seconds
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                ended = [process.args for process in self.processes if process.poll() is not None]
                if ended or time.monotonic() > end:
                    raise RuntimeError(f"{ended or port}: {(self.folder / 'log').read_text()}") from None
                time.sleep(0.05)

    def _signal(self, number):
        # Each has a session of its own, so no signal to a group reaches them.
        for process in self.processes:
            process.send_signal(number)
        for process in self.processes:
            process.wait(20)
        self.processes = []


def free_ports(number):
    """Find ports that no outgoing connection takes, so that they stay free while Swift is down."""
    found = []
    while len(found) < number:
        port = random.SystemRandom().randrange(10_000, 30_000)
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
    return found


def end_with_the_tests():
    """Let Linux end this process when the one that started it is gone, however that came about."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
