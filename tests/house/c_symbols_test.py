#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The C interface is what include/vec2vec/c.h declares: src/c/symbols.map lists just these functions, and libvec2vec_c (in
VEC2VEC_C_LIBRARY, when it is built) exports just these, with their version. A function that goes, or that is listed under another
version, breaks programs that exist: it stays, and new ones join."""

import os
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class CSymbols(unittest.TestCase):
    def setUp(self):
        header = (ROOT / "include/vec2vec/c.h").read_text()
        self.declared = sorted(re.findall(r"^VEC2VEC_API[^;(]*?(\w+)\(", header, re.M))
        text = (ROOT / "src/c/symbols.map").read_text()
        self.versions = {}
        for version, body in re.findall(r"^(VEC2VEC_[\d.]+) \{(.*?)\}", text, re.M | re.S):
            self.versions |= {name: version for name in re.findall(r"\b(vec2vec_\w+);", body)}

    def test_the_list_is_the_header(self):
        self.assertGreater(len(self.declared), 10)
        self.assertEqual(self.declared, sorted(self.versions))

    def test_the_first_version_is_whole(self):
        first = """align cpu error free gate map_card map_free map_from_bytes map_load map_save map_source_dim map_target_dim map_to translate
                   translate_one version"""
        for name in first.split():
            self.assertEqual(self.versions[f"vec2vec_{name}"], "VEC2VEC_0.2")

    @unittest.skipUnless(os.environ.get("VEC2VEC_C_LIBRARY"), "the library is not built")
    def test_the_library_exports_the_list(self):
        told = subprocess.run(["nm", "-D", "--defined-only", os.environ["VEC2VEC_C_LIBRARY"]], capture_output=True, text=True, check=True).stdout
        exported = {}
        for line in told.splitlines():
            _, kind, name = line.split(maxsplit=2)
            if kind != "A":  # the versions themselves
                name, _, version = name.partition("@@")
                exported[name] = version
        self.assertEqual(exported, self.versions)


if __name__ == "__main__":
    unittest.main()
