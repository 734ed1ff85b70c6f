# SPDX-License-Identifier: Apache-2.0
"""What an encoder is able to do: search (nDCG@10) and labels (accuracy of its nearest neighbours). None of these texts is in the atlas.
Needs numpy."""

import random

from ..data import retrieval, tsv
from .encoders import atlas_texts, vectors

SEARCHED = ["trecqa", "wikiqa", "coco_captions"]
DOCUMENTS, QUERIES = 800, 150  # at most, of each set
LABELLED = ["trec_qc_50", "banking77_intent", "subjectivity", "cqadupstack_forum"]
LABELLED_ROWS = 800  # of each set
NEIGHBOURS = 10  # as in mutual k-NN


# --- texts -------------------------------------------------------------------------------------------------------------------


def labelled_sets():
    """{set: [(label, text)]}, some texts of each, none of them in the atlas."""
    taken = set(atlas_texts()[0]) | set(atlas_texts()[1])
    return {name: random.Random(name).sample([row for row in tsv(name) if row[1] not in taken], LABELLED_ROWS) for name in LABELLED}


def searched_sets():
    """{set: (documents, queries, {query: {document: grade}})}: some queries, every document that belongs to one of them, and others."""
    result = {}
    for name in SEARCHED:
        documents, queries, grades = retrieval(name)
        wanted = {}
        for (query, document), grade in grades.items():
            if grade > 0 and query in queries and documents.get(document, "").strip():
                wanted.setdefault(query, {})[document] = grade
        draw = random.Random(name)
        asked = draw.sample(sorted(wanted), min(QUERIES, len(wanted)))
        kept = {document for query in asked for document in wanted[query]}
        others = sorted(key for key, text in documents.items() if key not in kept and text.strip())
        kept |= set(draw.sample(others, max(0, min(DOCUMENTS - len(kept), len(others)))))
        result[name] = {key: documents[key] for key in sorted(kept)}, {key: queries[key] for key in asked}, {key: wanted[key] for key in asked}
    return result


# --- scores ------------------------------------------------------------------------------------------------------------------


def ndcg_at_10(order, grades):
    """nDCG@10 of one query. order: the first ten documents; grades: {document: grade > 0}."""
    import math

    def gain(ranked):
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(ranked[:10]))

    return gain([grades.get(document, 0) for document in order]) / gain(sorted(grades.values(), reverse=True))


def search_score(documents, queries, grades, document_rows, query_rows):
    """Mean nDCG@10 by cosine; rows have norm 1."""
    import numpy as np

    keys = list(documents)
    first = np.argsort(-(query_rows @ document_rows.T), axis=1, kind="stable")[:, :10]
    return float(np.mean([ndcg_at_10([keys[i] for i in row], grades[query]) for query, row in zip(queries, first)]))


def label_score(labels, rows):
    """Part of rows whose label is the one that most of their nearest other rows have; a tie goes to the label of the nearest of these.
    Rows have norm 1."""
    import numpy as np

    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -np.inf)
    near = np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]
    right = 0
    for label, row in zip(labels, near):
        found = [labels[i] for i in row]
        right += max(found, key=lambda candidate: (found.count(candidate), -found.index(candidate))) == label
    return right / len(labels)


def unit_rows(rows):
    import numpy as np

    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def label_scores(program, encoder, layers=None):
    """{set: accuracy}"""
    sets = labelled_sets()
    texts = [text for name in LABELLED for _, text in sets[name]]
    rows = unit_rows(vectors(program, "atlas-labels", texts, encoder, layers=layers))
    return {name: label_score([label for label, _ in sets[name]], rows[i * LABELLED_ROWS :][:LABELLED_ROWS]) for i, name in enumerate(LABELLED)}


def search_scores(program, encoder):
    """{set: nDCG@10}"""
    scores = {}
    for name, (documents, queries, grades) in searched_sets().items():
        document_rows = vectors(program, f"atlas-{name}-documents", list(documents.values()), encoder, prefix="passage: ")
        query_rows = vectors(program, f"atlas-{name}-queries", list(queries.values()), encoder)
        scores[name] = search_score(documents, queries, grades, unit_rows(document_rows), unit_rows(query_rows))
    return scores
