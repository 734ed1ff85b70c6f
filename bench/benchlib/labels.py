# SPDX-License-Identifier: Apache-2.0
"""Labelled texts, and the files of their labels as `vec2vec audit` takes them."""

import random

from .data import FOLDER, encoded, text_file, tsv


def tweets():
    """(texts, [[label]], labels) of TweetTopic: several topics a tweet."""
    rows = tsv("tweet_topic_en")
    truth = [label.replace("_", " ").split(",") for label, _ in rows]
    return [text for _, text in rows], truth, sorted({name for names in truth for name in names})


def single(name, count, readable=lambda label: label.replace("_", " ")):
    rows = tsv(name)
    random.Random(0).shuffle(rows)
    rows = rows[:count]
    truth = [[readable(label).strip()] for label, _ in rows]
    return [text for _, text in rows], truth, sorted({names[0] for names in truth})


def label_files(program, name, labels, truth, targets):
    """Paths of the label names, of the true labels, and of the labels' vectors by each target."""
    names = text_file(f"{name}-labels", labels)
    truth_file = text_file(f"{name}-truth", ["|".join(row) for row in truth])
    assert FOLDER in names.parents
    return names, truth_file, [encoded(program, f"{name}-labels", labels, target) for target in targets]


def repeated(option, files):
    """The option once for each file, as `vec2vec audit` takes those of several known models."""
    return [word for file in files for word in (option, file)]
