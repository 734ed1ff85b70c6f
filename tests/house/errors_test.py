#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Errors are whole sentences: each message in the sources begins with a verb whose subject is the place (src/core/text/sentence.cpp
puts the two together), or has a subject and a verb of its own."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
#: How messages of this kind are raised. fail() and require() belong to single files.
RAISED = {
    ".cpp": r"\b(?:bad_input|system_failure|fail|Error)\(\s*(?:ErrorKind::\w+,\s*)?(?:std::string\()?",
    ".h": r"\b(?:bad_input|system_failure|Error)\(\s*(?:ErrorKind::\w+,\s*)?(?:std::string\()?",
    ".py": r"\b(?:BadInput|Unavailable|Internal)Error\(\s*f?",
}
#: Verbs that a sentence may have, beside those that it may begin with.
VERBS = """is are was were be has have had holds hold needs need must can cannot could would does did do takes take reads read says say gives
give goes go lies lie looks look makes make names name fits fit agrees fell fails failed begins ended ends follow follows hides undoes asks
promises diverged stands stand start starts answers converge exceeds reaches opens changed begin took belong stop translate translates leads
lose lack lacks exists breaks sets calls gave ends occurs may""".split()


def first_verbs():
    """Those that src/core/text/sentence.cpp knows."""
    listed = (ROOT / "src/core/text/sentence.cpp").read_text().partition("kVerbs[] = {")[2].partition("};")[0]
    return re.findall(r'"([^"]+)"', listed)


def messages(path):
    """The words of each message in a file, as far as they are written there."""
    text = path.read_text()
    for found in re.finditer(RAISED[path.suffix] + r'"((?:[^"\\]|\\.)*)"', text):
        line = text.count("\n", 0, found.start()) + 1
        rest = text[found.end() : found.end() + 400].partition(");")[0].partition("bad_input")[0]
        yield line, found[1], found[1] + " " + " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', rest))


class Errors(unittest.TestCase):
    maxDiff = None
    files = [path for folder in ("src", "cli", "python/src", "python/vec2vec_cpp") for path in sorted((ROOT / folder).rglob("*")) if path.suffix in RAISED]

    def test_every_message_is_a_sentence(self):
        begins, count, telegraphic = first_verbs(), 0, []
        for path in self.files:
            for line, message, whole in messages(path):
                count += 1
                if any(message == verb or message.startswith(verb + " ") for verb in begins):
                    continue
                if not set(re.findall(r"[a-z]+", whole)) & set(VERBS):
                    telegraphic.append(f"{path.relative_to(ROOT)}:{line}: {message}")
        self.assertGreater(count, 400)
        self.assertEqual(telegraphic, [])

    def test_no_message_begins_with_no_or_not(self):
        """ "no such file" and "not UTF-8" have no verb, whatever follows."""
        found = [f"{p.relative_to(ROOT)}:{line}: {m}" for p in self.files for line, m, _ in messages(p) if re.match(r"not? (?!.*\b(can|is|was|are|has|have|occurs)\b)|unknown |malformed ", m)]
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
