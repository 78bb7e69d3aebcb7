"""A cluster of SLURM's on loopback: a controller and two nodes, in a folder that goes away with it."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel")

CONF = """\
ClusterName=loop
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        self.conf = folder / "slurm.conf"

    def start(self, *command):
        subprocess.run(command, env=os.environ | {"SLURM_CONF": str(self.conf)}, check=True)

    def start_controller(self):
        self.start("slurmctld")

    def stop(self, name):
        """End a daemon of this cluster, and wait until it is gone."""
        file = self.folder / f"{name}.pid"
        if not file.exists():
            return
        process = int(file.read_text())
        try:
            os.kill(process, signal.SIGTERM)
            for _ in range(200):
                os.kill(process, 0)
                time.sleep(0.05)
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _free_ports(many):
    opened = [socket.socket() for _ in range(many)]
    for each in opened:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in opened]
    for each in opened:
        each.close()
    return ports


@contextmanager
def running_cluster():
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing or os.geteuid():
        pytest.skip(f"no SLURM for root here ({', '.join(missing)}): apt-get install slurm-wlm munge")
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="slurm-")))
    folder = cluster.folder
    folder.chmod(0o755)
    (folder / "state").mkdir()
    (folder / "munge.key").write_bytes(secrets.token_bytes(1024))
    (folder / "munge.key").chmod(0o400)
    host = socket.gethostname().partition(".")[0]
    cluster.conf.write_text(CONF.format(host=host, ports=_free_ports(3), folder=folder))
    own = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munged.pid"}
    own |= {"log-file": "munged.log", "seed-file": "munge.seed"}
    cluster.start("munged", "--force", *(f"--{key}={folder / name}" for key, name in own.items()))
    try:
        cluster.start_controller()
        for node in ("n1", "n2"):
            cluster.start("slurmd", "-N", node)
        yield cluster
    finally:
        for name in ("slurmd-n1", "slurmd-n2", "slurmctld", "munged"):
            cluster.stop(name)
        shutil.rmtree(folder, ignore_errors=True)
