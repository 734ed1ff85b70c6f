#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A throw-away pgbouncer in front of a server of scripts/postgres_server.py, for tests (scripts/setup.sh --postgres installs it).

    scripts/postgres_pool.py start FOLDER [--mode transaction|session] [--size 3] [--user NAME ...] [SETTING=VALUE ...]
                                                                                prints the URL of its database
    scripts/postgres_pool.py stop FOLDER

FOLDER is the server's; the pool keeps its files in FOLDER/pool-MODE and listens on a socket there. It lets the users in whom --user
names, and postgres. pgbouncer refuses to run as root: root starts it as the user nobody.
"""

import argparse
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import postgres_server

PORT = 6432


def start(server, mode="transaction", size=3, users=(), settings=()):
    """Starts a pool in front of the server; returns the URL."""
    program = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None:
        sys.exit("no pgbouncer: run scripts/setup.sh --postgres")
    folder = server / f"pool-{mode}"
    folder.mkdir(exist_ok=True)
    (folder / "users.txt").write_text("".join(f'"{user}" ""\n' for user in ("postgres", *users)))
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={server}\n"
        f"[pgbouncer]\nlisten_addr =\nlisten_port = {PORT}\nunix_socket_dir = {folder}\n"
        f"auth_type = trust\nauth_file = {folder}/users.txt\n"
        f"pool_mode = {mode}\ndefault_pool_size = {size}\n"
        f"logfile = {folder}/log.txt\npidfile = {folder}/pid.txt\n" + "".join(f"{setting}\n" for setting in settings)
    )
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    postgres_server.as_server_user([program, "-q", "-d", folder / "pgbouncer.ini"], folder)
    for _ in range(200):
        if (folder / f".s.PGSQL.{PORT}").exists():
            return f"postgresql://postgres@/postgres?host={folder}&port={PORT}"
        time.sleep(0.05)
    sys.exit(f"the pool does not start: {folder / 'log.txt'}")


def stop(server):
    """Stops all pools of the server."""
    for pid_file in server.glob("pool-*/pid.txt"):
        pid = int(pid_file.read_text())
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            continue
        while Path(f"/proc/{pid}/exe").exists():
            time.sleep(0.02)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mode", choices=["transaction", "session"], default="transaction")
    parser.add_argument("--size", type=int, default=3, help="connections to the server")
    parser.add_argument("--user", action="append", default=[])
    parser.add_argument("settings", nargs="*")
    arguments = parser.parse_intermixed_args()
    folder = arguments.folder.resolve()
    if arguments.action == "start":
        print(start(folder, arguments.mode, arguments.size, arguments.user, arguments.settings))
    else:
        stop(folder)


if __name__ == "__main__":
    main()
