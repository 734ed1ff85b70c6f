#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The exit codes of the command and of the Python package are those of the one table, which is in docs/cli.md."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def named(path, pattern):
    """{name: code}, the names as Python writes them: kBadInputExit -> BAD_INPUT"""
    found = {}
    for name, code in re.findall(pattern, (ROOT / path).read_text(), re.M):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removeprefix("k").removesuffix("Exit"))
        found[words.upper()] = int(code)
    return found


class ExitCodes(unittest.TestCase):
    command = named("cli/common/command.h", r"^  (k[A-Za-z]+) = (\d+),?$")
    python = named("python/vec2vec_cpp/__main__.py", r"^    ([A-Z_]+) = (\d+)$")

    def test_the_table_lists_those_of_the_command(self):
        table = re.findall(r"^\| (\d+) \|", (ROOT / "docs/cli.md").read_text(), re.M)
        self.assertEqual([int(code) for code in table], sorted(self.command.values()))

    def test_python_has_the_same_codes_under_the_same_names(self):
        self.assertIn("NOT_ALIGNED", self.python)
        self.assertEqual(self.python, {name: self.command.get(name) for name in self.python})


if __name__ == "__main__":
    unittest.main()
