#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows by objdump that a build runs on every x86-64-v2 CPU: no object of it holds an instruction above its level, and the objects
that are compiled for higher levels (src/kernels/loops) define nothing that the linker could put in the place of others' code.

    scripts/check_cpu_levels.py build/release"""

import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LEVEL_OF_OBJECT = re.compile(r"loops_v([34])\.cpp\.o$")
INSTRUCTION = re.compile(r"^\s*[0-9a-f]+:\t(?:(?:lock|rep[nz]*|bnd|notrack|data16|cs|ds|es|[rR]ex\S*)\s+)*([a-z0-9]+)(.*)$")
# Instructions of AVX and above begin with v; these few do not, or are older. (tzcnt is what objdump calls the `rep bsf` of old compilers.)
V3_NAMES = {"andn", "bextr", "blsi", "blsmsk", "blsr", "bzhi", "mulx", "pdep", "pext", "rorx", "sarx", "shlx", "shrx", "lzcnt", "movbe"}
OLD_NAMES = {"verr", "verw", "vmcall", "vmlaunch", "vmresume"}
V4_REGISTERS = re.compile(r"%(zmm\d|[xy]mm(1[6-9]|2\d|3[01])|k[0-7]\b)")


def level_of(name, operands):
    if V4_REGISTERS.search(operands) or re.match(r"k(mov|and|or|xor|not|test|shift|unpck|add|xnor)", name):
        return 4
    return 3 if name in V3_NAMES or (name.startswith("v") and name not in OLD_NAMES) else 2


def faults_of(path):
    """What is wrong with one object, at most three instructions of it."""
    found = LEVEL_OF_OBJECT.search(path.name)
    level = int(found[1]) if found else 2
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path], capture_output=True, text=True, check=True).stdout
    faults, seen = [], 0
    for line in code.splitlines():
        match = INSTRUCTION.match(line)
        if not match:
            continue
        seen += 1
        if level_of(match[1], match[2]) > level:
            faults.append(f"{path}: v{level_of(match[1], match[2])} in an object of v{level}:{line}")
    if found:
        symbols = subprocess.run(["nm", "-C", "--defined-only", path], capture_output=True, text=True, check=True).stdout
        for line in symbols.splitlines():
            kind, name = line[17:18], line[19:]
            if not kind.islower() or kind in "vwu":  # not of this object alone
                if not name.startswith(f"vec2vec::level_v{level}::"):
                    faults.append(f"{path}: defines {name} for the whole program")
        if not seen or not any(level_of(m[1], m[2]) == level for m in map(INSTRUCTION.match, code.splitlines()) if m):
            faults.append(f"{path}: holds no instruction of its level v{level}, so it was not compiled for it")
    return faults[:3], seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="folder of a build")
    folder = parser.parse_args().build
    objects = sorted(path for part in ("CMakeFiles", "cli", "python") for path in (folder / part).rglob("*.o"))
    levels = {LEVEL_OF_OBJECT.search(path.name)[1] for path in objects if LEVEL_OF_OBJECT.search(path.name)}
    if levels != {"3", "4"}:
        sys.exit(f"{folder} holds no objects of several levels: build it without VEC2VEC_NATIVE, on x86-64")
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(faults_of, objects))
    faults = [fault for some, _ in results for fault in some]
    print("\n".join(faults) or f"{len(objects)} objects, {sum(seen for _, seen in results):,} instructions: none above its level")
    sys.exit(bool(faults))
