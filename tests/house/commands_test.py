#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command line of the README and of the documentation is one that the program has: its command, and each of its options."""

import os
import re
import shlex
import subprocess
import unittest
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("VEC2VEC", "")
PAGES = [ROOT / "README.md", ROOT / "HACKING.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LOG = ROOT / "docs" / "research"  # what was tried, by the programs of its day


def command_lines(page: str) -> list[str]:
    """Lines of fenced and indented code that begin with the program's name, with the lines that continue them."""
    joined = re.sub(r"\\\n\s*", " ", page)
    code = re.findall(r"^```(?:sh|bash|console)?\n(.*?)^```", joined, re.S | re.M)
    code += re.findall(r"(?<=\n\n)((?: {4,}.*\n)+)", joined)
    lines = [line.strip().removeprefix("$ ") for block in code for line in block.splitlines()]
    return [line for line in lines if line.startswith("vec2vec ")]


def parts_of(line: str) -> tuple[str, list[str]]:
    """The command and the long options of a line, up to the first pipe, redirection, remark or second command."""
    words = shlex.split(line.split(" #")[0].replace("[", " ").replace("]", " "), posix=True)
    end = next((i for i, word in enumerate(words) if word in ("|", "||", "&&", ";", "\\") or word[0] in "<>"), len(words))
    options = [word.split("=")[0] for word in words[1:end] if word.startswith("--")]
    return (words[1] if len(words) > 1 else ""), options


def run(*arguments: str) -> str:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=True).stdout


@unittest.skipUnless(PROGRAM, "VEC2VEC names no program")
class CommandsTest(unittest.TestCase):
    helps: ClassVar[dict[str, str]] = {}

    def help_of(self, command: str) -> str:
        """All options of a command; nothing when there is no such command."""
        if command not in self.helps:
            whole = run("--help")
            if command.startswith("-"):
                self.helps[command] = whole
            elif not re.search(rf"^  {re.escape(command)} ", whole, re.M):
                self.helps[command] = ""
            else:
                self.helps[command] = run(command, "--help") + (run(command, "--help-neural") if command == "align" else "")
        return self.helps[command]

    def test_the_program_has_what_the_pages_write(self):
        seen = 0
        for path in PAGES:
            if LOG in path.parents:
                continue
            for line in command_lines(path.read_text(encoding="utf-8")):
                seen += 1
                with self.subTest(page=str(path.relative_to(ROOT)), line=line):
                    command, options = parts_of(line)
                    text = self.help_of(command)
                    self.assertTrue(text, f"there is no command {command}")
                    for option in options:
                        found = re.search(re.escape(option) + r"(?![\w-])", text)
                        self.assertTrue(found, f"{command} has no option {option}")
        self.assertGreater(seen, 60)

    def test_it_sees_what_is_not_there(self):
        lines = command_lines("Text.\n\n    vec2vec align a b \\\n      --no-such-option 3 | tail\n\n```sh\nvec2vec nothing\n```\n")
        self.assertEqual([parts_of(line) for line in lines], [("nothing", []), ("align", ["--no-such-option"])])
        self.assertEqual(self.help_of("nothing"), "")
        self.assertNotIn("--no-such-option", self.help_of("align"))


if __name__ == "__main__":
    unittest.main()
