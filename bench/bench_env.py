"""Virtual environments of the bench scripts, under build/ (standard library only)."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SHARED = Path(os.environ.get("VEC2VEC_SHARED", ROOT.parent / "shared"))
BENCH_DATA = Path(os.environ.get("VEC2VEC_BENCH_DATA", BUILD / "bench-data"))


def records_of(path):
    """The records of a file of one JSON object a line; none when there is no file."""
    return [json.loads(line) for line in path.read_text().splitlines() if line] if path.exists() else []


def add_record(path, record):
    """A further line of such a file."""
    with path.open("a") as file:
        file.write(json.dumps(record) + "\n")


def natural_blas(environment):
    """The environment without OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE: some machines preset them, and with them a slower kernel
    than OpenBLAS would choose itself. Ours and rivals are all run without."""
    return {name: value for name, value in environment.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}


def version_of(python):
    """(major, minor) of a Python, or (0, 0) when it does not run (a pyenv shim without its version, say)."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return (0, 0)
    return tuple(int(part) for part in done.stdout.split())


def find_python(at_least):
    """The Python named by $PYTHON, else this one, else python3.12 or later on the path, else one that pyenv keeps."""
    candidates = [os.environ["PYTHON"]] if "PYTHON" in os.environ else []
    names = ["python3.14", "python3.13", "python3.12", "python3.11"]
    candidates += [sys.executable, *names]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates += [str(path) for path in sorted(pyenv.glob("3.*/bin/python3"), reverse=True)]
    for candidate in candidates:
        if version_of(candidate) >= at_least:
            return candidate
    sys.exit(f"no Python of version {'.'.join(map(str, at_least))} or later found; name one in PYTHON=...")


def ensure(name, requirements, bare=(), at_least=(3, 9)):
    """The Python of build/<name>, made and filled on first use. Packages of `bare` come without their dependencies."""
    home = BUILD / name
    python, done = home / "bin" / "python", home / "installed.txt"
    wanted = "\n".join([*requirements, *bare])
    if not (done.exists() and done.read_text() == wanted and python.exists()):
        subprocess.run([find_python(at_least), "-m", "venv", "--clear", home], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *requirements], check=True)
        if bare:
            subprocess.run([*pip, "--no-deps", *bare], check=True)
        done.write_text(wanted)
    return str(python)


def run_inside(name, requirements, bare=(), at_least=(3, 9)):
    """Starts the running script again inside build/<name>, unless it is there already."""
    if Path(sys.prefix).resolve() != (BUILD / name).resolve():
        python = ensure(name, requirements, bare, at_least)
        os.execve(python, [python, *sys.argv], natural_blas(os.environ))
