# SPDX-License-Identifier: Apache-2.0
"""Folders of the benches, and their virtual environments under build/. Standard library only."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
RESULTS = ROOT / "bench" / "results"  # the records
DEMO = ROOT / "examples" / "data"  # the demo's vectors
SHARED = Path(os.environ.get("VEC2VEC_SHARED", ROOT.parent / "shared"))  # texts and vectors that are not in the repository
BENCH_DATA = Path(os.environ.get("VEC2VEC_BENCH_DATA", BUILD / "bench-data"))  # what benches make and use again


def natural_blas(environment):
    """The environment without OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE. Some machines preset them, which makes OpenBLAS take a slower
    kernel than it would choose itself. Our program and the rivals all run without them."""
    return {name: value for name, value in environment.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}


def version_of(python):
    """(major, minor) of a Python, or (0, 0) when it does not run, as a pyenv shim without its version."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return (0, 0)
    return tuple(int(part) for part in done.stdout.split())


def find_python(at_least):
    """The Python named by $PYTHON, else this one, else a newer one on the path, else one that pyenv keeps."""
    candidates = [os.environ["PYTHON"]] if "PYTHON" in os.environ else []
    names = ["python3.14", "python3.13", "python3.12", "python3.11"]
    candidates += [sys.executable, *names]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates += [str(path) for path in sorted(pyenv.glob("3.*/bin/python3"), reverse=True)]
    for candidate in candidates:
        if version_of(candidate) >= at_least:
            return candidate
    version = ".".join(map(str, at_least))
    sys.exit(f"No Python of version {version} or later was found. Name one in the environment variable PYTHON.")


def ensure(name, requirements, bare=(), at_least=(3, 9), system=False):
    """The Python of build/<name>, which is made and filled on first use. Packages of `bare` come without their dependencies.
    system: made by the system's Python, whose packages it sees."""
    home = BUILD / name
    python, done = home / "bin" / "python", home / "installed.txt"
    wanted = "\n".join([*requirements, *bare])
    if not (done.exists() and done.read_text() == wanted and python.exists()):
        maker = ["/usr/bin/python3", "-m", "venv", "--system-site-packages"] if system else [find_python(at_least), "-m", "venv"]
        subprocess.run([*maker, "--clear", home], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *requirements], check=True)
        if bare:
            subprocess.run([*pip, "--no-deps", *bare], check=True)
        done.write_text(wanted)
    return str(python)


def run_by(python):
    """Starts the running script again by the Python of a virtual environment, unless that runs it already."""
    if Path(sys.prefix).resolve() != Path(python).parents[1].resolve():
        if not Path(python).exists():
            sys.exit(f"{python} does not exist. Run the script that makes this environment first: see --help.")
        os.execve(python, [str(python), *sys.argv], natural_blas(os.environ))


def run_inside(name, requirements, bare=(), at_least=(3, 9), system=False):
    """Starts the running script again inside build/<name>, unless it runs there already."""
    if Path(sys.prefix).resolve() != (BUILD / name).resolve():
        run_by(ensure(name, requirements, bare, at_least, system))
