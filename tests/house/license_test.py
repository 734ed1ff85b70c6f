#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each source names its licence in its first two lines."""

import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LINE = "SPDX-License-Identifier: Apache-2.0"


class License(unittest.TestCase):
    def test_each_source_names_it(self):
        listed = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True)
        if listed.returncode:
            self.skipTest("no git repository")
        sources = [
            ROOT / name
            for name in listed.stdout.splitlines()
            if name.endswith((".cpp", ".h", ".c", ".py", ".sh", ".cmake", "CMakeLists.txt")) and not name.startswith("examples/")
        ]
        self.assertGreater(len(sources), 300)
        without = [str(path.relative_to(ROOT)) for path in sources if path.exists() and LINE not in "".join(path.read_text().splitlines()[:2])]
        self.assertEqual(without, [])


if __name__ == "__main__":
    unittest.main()
