# SPDX-License-Identifier: Apache-2.0
"""The program that a bench measures: how it is named, found and built, and how a command is run and timed. Standard library only."""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .env import BUILD, ROOT, natural_blas

VERDICTS = {0: "ALIGNED", 3: "UNCERTAIN", 4: "NOT_ALIGNED"}  # by the exit code of align
CODE = ["src", "include", "cli", "cmake", "CMakeLists.txt", "CMakePresets.json"]


# --- command line ------------------------------------------------------------------------------------------------------------


def parser_of(doc):
    """A parser whose help is the whole docstring of a script."""
    return argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)


def add_program(parser):
    """The option --vec2vec, whose value goes to find_program or program_of."""
    parser.add_argument("--vec2vec", type=Path, metavar="PROGRAM", help="the program to measure; default: build/release/cli/vec2vec, built first")


def numbers(text):
    """'0-3,7' -> [0, 1, 2, 3, 7]"""
    spans = [part.split("-") for part in text.split(",")]
    return [number for span in spans for number in range(int(span[0]), int(span[-1]) + 1)]


# --- the program -------------------------------------------------------------------------------------------------------------


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def build():
    """build/release/cli/vec2vec, configured and built as far as that is needed."""
    command = ["cmake", "--build", "--preset", "release", "--target", "vec2vec_cli"]
    if not (BUILD / "release" / "CMakeCache.txt").exists():
        subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=sys.stderr)
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
    return BUILD / "release" / "cli" / "vec2vec"


def find_program(named=None):
    """The program that was named by --vec2vec; without a name that of build/release, built first."""
    program = Path(named or build()).resolve()
    if not program.is_file():
        sys.exit(f"{program} does not exist. Name the program with --vec2vec, or leave the option out to build it.")
    return program


def program_of(named=None):
    """The same, and its revision: the last commit that touched the code. With uncommitted changes, or for a program that was built
    elsewhere, the first digits of its hash are added."""
    program = find_program(named)
    commit = git("log", "-1", "--format=%h", "--abbrev=12", "--", *CODE)
    if named is None and not git("status", "--porcelain", "--", *CODE):
        return program, commit
    return program, f"{commit}+{hashlib.sha256(program.read_bytes()).hexdigest()[:8]}"


def label_of(named=None):
    """The name of a program in a table: the one that was given with --label, else the commit."""
    return named or git("log", "-1", "--format=%h", "--abbrev=12")


# --- running -----------------------------------------------------------------------------------------------------------------


def run_measured(command, allowed=(0,)):
    """Runs a command; returns its JSON output, exit code, wall and CPU seconds, and peak memory in MiB, all of that child alone.
    Another exit code than the allowed ones ends the bench."""
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        child = subprocess.Popen([str(part) for part in command], stdout=out, env=natural_blas(os.environ))
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = code = os.waitstatus_to_exitcode(status)
        if code not in allowed:
            sys.exit(f"This command ended with exit code {code}: {' '.join(map(str, command))}")
        out.seek(0)
        text = out.read()
    return {"json": json.loads(text), "exit": code, "seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}


def run_quietly(command):
    """Runs a command whose output is of no interest; a failure ends the bench."""
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, env=natural_blas(os.environ))


def disk_seconds(source, target, bytes_out):
    """Wall seconds to read a file and to write so many bytes with fsync: the bound that the disk sets."""
    start = time.perf_counter()
    chunk = bytes(32 << 20)
    with open(source, "rb") as file:
        while file.read(len(chunk)):
            pass
    with open(target, "wb") as file:
        for _ in range(bytes_out // len(chunk)):
            file.write(chunk)
        file.write(chunk[: bytes_out % len(chunk)])
        file.flush()
        os.fsync(file.fileno())
    seconds = time.perf_counter() - start
    os.unlink(target)
    return seconds
