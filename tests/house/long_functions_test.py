#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No function of more than 60 lines, but for those here, each with its reason; no header over 400 lines, no source over 800."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OPTIONS = "a list of options, one after another, which help, completions and manual pages show in this order"
REASONS = {
    "cli/maps/align.cpp:add_align": OPTIONS,
    "cli/maps/neural_arguments.cpp:add_neural": OPTIONS,
    "cli/measures/measure.cpp:add_measure": OPTIONS,
    "cli/postgres/migrate.cpp:add_migrate": OPTIONS,
    "cli/texts/audit.cpp:add_audit": OPTIONS,
    "python/src/map.cpp:add_map": "a list of bindings",
}
LIMIT, HEADER_LIMIT, SOURCE_LIMIT = 60, 400, 800


def functions(text):
    """(name, lines) of each function that begins at the margin or, in a class, two columns from it."""
    lines = text.split("\n")
    start = None
    for i, line in enumerate(lines):
        if start is None:
            if not re.match(r"( {2}| {4,}.*\) (const )?(try )?)?\S.*\{$", line) or re.match(r"\s*(namespace|struct|class|enum|extern|union|if|for|while|switch|else|do|try|return)\b|\s*\}", line):
                continue
            first = i
            while first > 0 and lines[first - 1].strip() and not re.search(r"[;}{:]\s*$|^\s*(#|//)", lines[first - 1]):
                first -= 1
            head = " ".join(lines[first : i + 1])
            name = re.search(r"([\w:~]+)\(", head)
            if name:
                start = first, len(lines[first]) - len(lines[first].lstrip()), name[1].rpartition("::")[2]
        elif line.startswith(" " * start[1] + "}"):
            yield start[2], i - start[0] + 1
            start = None


class Lengths(unittest.TestCase):
    files = [path for folder in ("include", "src", "cli", "python/src") for path in (ROOT / folder).rglob("*") if path.suffix in (".h", ".cpp")]

    def test_functions_are_short_or_have_a_reason(self):
        longer, count = set(), 0
        for path in self.files:
            for name, lines in functions(path.read_text()):
                count += 1
                if lines > LIMIT:
                    longer.add(f"{path.relative_to(ROOT)}:{name}")
        self.assertGreater(count, 1500)
        self.assertEqual(longer, set(REASONS))

    def test_files_are_short(self):
        long = [path for path in self.files if len(path.read_text().split("\n")) > (HEADER_LIMIT if path.suffix == ".h" else SOURCE_LIMIT)]
        self.assertEqual(long, [])


class HeadersSay(unittest.TestCase):
    """What holds of every public header."""

    headers = sorted((ROOT / "include/vec2vec").glob("*.h"))

    def test_what_is_thread_safe_and_what_exceptions_of_callbacks_do(self):
        for path in self.headers:
            if path.name == "vec2vec.h":
                continue
            text = path.read_text()
            self.assertRegex(text, r"(?i)thread", path.name)
            if re.search(r"const Progress&|Progress progress", text):
                self.assertRegex(text, r"(?i)exceptions? of (a|its|an|InvertRowsOptions|CreateOptions)", path.name)

    def test_summaries_can_be_read_and_options_checked(self):
        for path in self.headers:
            for name, body in re.findall(r"^(?:struct|class) (\w+) \{$(.*?)^\};", path.read_text(), re.M | re.S):
                if re.search(r"(Summary|Report)$", name) and name not in ("StartReport",):
                    self.assertIn("brief() const", body, name)
                    self.assertIn("to_json() const", body, name)
                if name.endswith("Options") and name != "CreateOptions":  # has no number and no text that could be wrong
                    self.assertIn("void validate(", body, name)


if __name__ == "__main__":
    unittest.main()
