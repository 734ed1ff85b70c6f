# SPDX-License-Identifier: Apache-2.0
"""Parts of pages that are written by hand. Standard library only."""

MARKS = ("<!-- made by bench/report.py -->", "<!-- end -->")


def write_between_marks(path, text):
    """Puts text between the two marks of a page, which must have both."""
    page = path.read_text()
    first, last = (page.index(mark) for mark in MARKS)
    path.write_text(page[:first] + MARKS[0] + "\n" + text + page[last:])
