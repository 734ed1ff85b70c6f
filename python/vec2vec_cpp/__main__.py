# SPDX-License-Identifier: Apache-2.0
"""python -m vec2vec_cpp, and the command vec2vec-py: stores in the formats that Python's packages read, from the shell."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import warnings
from enum import IntEnum
from pathlib import Path
from time import monotonic
from types import FrameType

import numpy as np

from . import AlignmentWarning, __version__, align, stores
from ._errors import BadInputError, Error
from ._files import leave_nothing, require_free, written_whole

_STORE = "npy, NDJSON, CSV, safetensors, fvecs; a Parquet or Arrow file or folder; a VDF folder; a FAISS or usearch index"


class ExitCode(IntEnum):
    """The exit codes of the program vec2vec that can occur here; docs/cli.md has all of them."""

    SUCCESS = 0
    INTERNAL_FAILURE = 1
    BAD_INPUT = 2
    UNCERTAIN = 3
    NOT_ALIGNED = 4
    INTERRUPTED = 130


_OF_VERDICT = {"ALIGNED": ExitCode.SUCCESS, "UNCERTAIN": ExitCode.UNCERTAIN, "NOT_ALIGNED": ExitCode.NOT_ALIGNED}


#: Options of Python that are here too, and those that have another name.
_SAME = {"to", "column", "column_b", "into", "max_rows", "seed", "threads", "float16", "centred", "ignore_fingerprint", "part_rows"}
_FLAGS = {
    "overwrite=True": "--force",
    'nulls="keep"': "--keep-nulls",
    "align()": "align",
    "inspect()": "`vec2vec inspect`",
    "stores.sample(path, column=...)": "--column",
}


def in_flags(text: str) -> str:
    """A message in the words of this program: `partial=True` becomes --partial. Back quotes around anything else stay."""

    def spell(found: re.Match[str]) -> str:
        if found[1] in _FLAGS:
            return _FLAGS[found[1]]
        option = re.fullmatch(r"([a-z_0-9]+)(?:=(True|[^()]+))?", found[1])
        if option is None or option[1] not in _SAME:
            return found[0]
        value = "" if option[2] in (None, "True") else " " + option[2].strip("\"'")
        return f"--{option[1].replace('_', '-')}{value}"

    return re.sub(r"`([^`]{1,100})`", spell, text)


class _ProgressLine:
    def __init__(self) -> None:
        self._began = monotonic()

    def __call__(self, stage: str, done: float) -> None:
        left = (monotonic() - self._began) * (1 - done) / done if done > 0 else 0
        sys.stderr.write(f"\r\x1b[K{stage}  {done:.0%}  about {left:.0f} s left" if done < 1 else "\r\x1b[K")
        sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vec2vec_cpp",
        description=f"Aligns and translates stores of vectors. STORE: {_STORE}; told apart by content.",
        epilog="Examples:\n"
        "  python -m vec2vec_cpp align store.parquet new-model.npy -o map.safetensors\n"
        "  python -m vec2vec_cpp translate map.safetensors store.parquet -o translated.parquet\n"
        "  python -m vec2vec_cpp translate map.safetensors old.faiss -o new.faiss\n"
        "More commands (evaluate, measure, inspect, audit ...): the program vec2vec.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"vec2vec_cpp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    one = commands.add_parser("sample", help="Write rows spread over STORE to an npy file")
    one.add_argument("source", metavar="STORE", help=_STORE)
    one.add_argument("-o", "--output", metavar="FILE", required=True, help="npy file to write")

    two = commands.add_parser("align", help="Find the map from the space of STORE A to that of STORE B, without pairs")
    two.add_argument("source", metavar="A", help=f"Vectors of the old model: {_STORE}")
    two.add_argument("other", metavar="B", help="Vectors of the new model, of other texts of the same kind")
    two.add_argument("-o", "--output", metavar="MAP", required=True, help="Map file to write")
    two.add_argument("--column-b", help="Column of vectors of B")
    two.add_argument("--seed", type=int, default=0, help="Seed of every random choice (default: %(default)s)")

    for command in (one, two):
        command.add_argument("--max-rows", type=int, default=20000, help="At most so many rows (default: %(default)s)")

    three = commands.add_parser(
        "translate", help="Translate STORE into TARGET, of the same format", argument_default=argparse.SUPPRESS
    )
    three.add_argument("map", metavar="MAP", help="Map file")
    three.add_argument("source", metavar="STORE", help=_STORE)
    three.add_argument(
        "-o", "--output", metavar="TARGET", required=True, help="File or folder; the same command resumes a folder of Parquet files"
    )
    three.add_argument(
        "--to", metavar="NAME", help="Known space to translate into, when the map has several; default: their consensus"
    )
    three.add_argument("--into", help="New column for the translated vectors; default: in the place of the old ones")
    three.add_argument("--float16", action="store_true", help="Write float16")
    three.add_argument("--centred", action="store_true", help="Write centred unit rows")
    three.add_argument(
        "--keep-nulls",
        dest="nulls",
        action="store_const",
        const="keep",
        help="Carry null vectors through; else they are an error",
    )
    three.add_argument("--ignore-fingerprint", action="store_true", help="Translate rows of another model all the same")
    three.add_argument("--part-rows", type=int, help="Rows a Parquet file of a folder (default: 1000000)")

    four = commands.add_parser("pictures", help="Lay out a column of pictures as files, for `vec2vec encode --pictures`")
    four.add_argument("source", metavar="STORE", help="Parquet or Arrow file or folder with a column of bytes, or of structs with a field bytes")
    four.add_argument("-o", "--output", metavar="FOLDER", required=True, help="New folder to write; FOLDER/list.txt names the files")
    four.add_argument("--column", help="Column of pictures; default: the only one of bytes")

    for command in (one, two, three):
        command.add_argument("--force", dest="overwrite", action="store_true", help="Overwrite the output")
    for command in (two, three):
        command.add_argument("--threads", type=int, help="Threads; default: all cores")
        command.add_argument("--quiet", action="store_true", help="No progress")
    for command in (one, two, three):
        command.add_argument(
            "--column", help="Column of vectors, field of NDJSON or tensor of safetensors; default: the only one"
        )
    return parser


def _progress(quiet: bool) -> _ProgressLine | None:
    return _ProgressLine() if not quiet and os.isatty(2) else None


def _sample(arguments: argparse.Namespace) -> int:
    if not arguments.output.endswith(".npy"):
        raise BadInputError("is no name of an npy file", arguments.output, "a name that ends in .npy")
    require_free(Path(arguments.output), arguments.overwrite)
    found = stores.sample(arguments.source, column=arguments.column, max_rows=arguments.max_rows)
    with written_whole(Path(arguments.output)) as temporary, temporary.open("wb") as file:
        np.save(file, found)
    print(f"{len(found)} rows of dimension {found.shape[1]} in {arguments.output}")
    return 0


def _pictures(arguments: argparse.Namespace) -> int:
    from ._pictures import unpack_pictures

    count = unpack_pictures(arguments.source, arguments.output, column=arguments.column)
    print(f"{count} pictures; next: vec2vec encode MODEL {arguments.output}/list.txt --pictures -o OUT.npy")
    return 0


def _align(arguments: argparse.Namespace) -> int:
    require_free(Path(arguments.output), arguments.overwrite)
    rows = [
        stores.sample(store, column=column, max_rows=arguments.max_rows)
        for store, column in ((arguments.source, arguments.column), (arguments.other, arguments.column_b))
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlignmentWarning)  # the report says it
        found = align(*rows, seed=arguments.seed, threads=arguments.threads or 0, progress=_progress(arguments.quiet))
    found.map.save(arguments.output, overwrite=arguments.overwrite)
    print(found)
    return _OF_VERDICT[found.verdict]


def _main() -> int:
    arguments = _parser().parse_args()
    if arguments.command == "align":
        return _align(arguments)
    if arguments.command == "sample":
        return _sample(arguments)
    if arguments.command == "pictures":
        return _pictures(arguments)
    options = vars(arguments)
    options.pop("command")
    map, source, target = (options.pop(name) for name in ("map", "source", "output"))
    summary = stores.translate(map, source, target, progress=_progress(options.pop("quiet", False)), **options)
    resumed = f", {summary.resumed_files} files were there already" if summary.resumed_files else ""
    nulls = f" ({summary.null_rows} null)" if summary.null_rows else ""
    print(f"{summary.rows} rows{nulls} in {summary.seconds:.1f} s: {target}{resumed}")
    return 0


def run() -> None:
    """Runs the command and exits with one of `ExitCode`."""
    interrupted = False

    def interrupt(signum: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        sys.exit(_main())
    except (Exception, KeyboardInterrupt) as error:
        if interrupted:  # whatever became of it on its way: a module in mid-import makes an ImportError of it
            # Not sys.exit: a thread that was being started when the signal came never ends, and would be waited for.
            sys.stdout.flush()
            leave_nothing()
            os._exit(ExitCode.INTERRUPTED)
        if not isinstance(error, (Error, ImportError)):
            raise
        print(f"error: {in_flags(str(error))}", file=sys.stderr)
        sys.exit(ExitCode.BAD_INPUT if isinstance(error, (BadInputError, ImportError)) else ExitCode.INTERNAL_FAILURE)


if __name__ == "__main__":
    run()
