#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Commands say one thing one way: an option takes the same kind of value in each of them, and no thing has a second name."""

import os
import re
import subprocess
import unittest
from collections import defaultdict

VEC2VEC = os.environ["VEC2VEC"]

#: What stands for one thing, and what it was called besides.
RETIRED = {
    "--output": ["--out"],
    "--encoder": ["--model"],
    "--max-rows": ["--rows", "--sample"],
    "--queries": ["--query-rows"],
    "--new-queries": ["--new-rows"],
    "--checkpoint": ["--work", "--resume", "--state"],
    "--report": ["--html"],
    "--to": ["--target", "--space"],
    "--k": ["--top", "--neighbours"],
    "--no-search": ["--no-align"],
    "--text-time": ["--seconds"],
    "--judge-time": ["--judge-seconds"],
    "--retry-time": ["--retry"],
}
#: Folders are outputs, too.
SAME_KIND = {"FOLDER": "FILE"}


def help_of(*command):
    return subprocess.run([VEC2VEC, *command, "--help"], capture_output=True, text=True, check=True).stdout


def options_of(command):
    """{--option: what it takes, such as FILE; "" = nothing}"""
    found = {}
    for option, kind in re.findall(r"^  (?:-\w,)?(--[a-z-]+)(?:\{false\})?((?: \S+)*)", help_of(command), re.M):
        word = re.match(r" ([A-Z=|\[\]]+)(?= |$)", re.sub(r"=[^ ]*", "", kind))
        found[option] = SAME_KIND.get(word[1], word[1]) if word and word[1] != "REQUIRED" else ""
    return found


class Options(unittest.TestCase):
    commands = re.findall(r"^  ([a-z]+)  ", help_of().split("Subcommands:")[1].split("Examples:")[0], re.M)
    by_name = defaultdict(lambda: defaultdict(list))
    for command in commands:
        for option, kind in options_of(command).items():
            by_name[option][kind].append(command)

    def test_all_commands_were_asked(self):
        self.assertGreater(len(self.commands), 15)
        self.assertGreater(len(self.by_name), 100)

    def test_an_option_takes_the_same_everywhere(self):
        differ = {option: dict(kinds) for option, kinds in self.by_name.items() if len(kinds) > 1}
        self.assertEqual(differ, {})

    def test_no_thing_has_a_second_name(self):
        second = {name: self.by_name[name] for names in RETIRED.values() for name in names if name in self.by_name}
        self.assertEqual(second, {})

    def test_times_are_called_so(self):
        for option, kinds in self.by_name.items():
            self.assertEqual("time" in option.split("-"), "TIME" in kinds, option)

    def test_what_writes_one_file_writes_it_to_output(self):
        for command in self.commands:
            positionals = help_of(command).partition("Positionals:")[2].partition("Options:")[0]
            self.assertNotRegex(positionals, r"(?m)^  OUT", command)


if __name__ == "__main__":
    unittest.main()
