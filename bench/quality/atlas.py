#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An atlas of the Platonic hypothesis: does a space agree with the others the more, the more its model is able to do?

    bench/quality/atlas.py [--models mpnet,minilm,...] [--captioned minilm,...] [--layers minilm,e5,mpnet]
    bench/report.py                      draws docs/results/atlas.md from the records

Twelve text encoders encode 4,096 texts of the general set that no fit of this project sees, and 4,096 captions of pictures, which two
picture encoders saw. Every pair of spaces is measured, with its null and interval, and `vec2vec measure --traits` correlates agreement
with competence (mean of nDCG@10 on three retrieval sets and of the accuracy of nearest neighbours on four labelled sets, none of whose
texts is in the atlas) and with the number of parameters: over all models, and leaving out models of the same family. Random halves of
the texts show how far that depends on the texts. Other forms of some models (8 bits) and layers of transformers are measured beside.

The two pages to look at are build/bench-data/atlas/general.html and webcap.html. Records go to bench/results/atlas.jsonl, which is
written anew. Vectors are encoded on first use, in bfloat16, and kept. Needs the shared data; scripts/models.sh brings the models.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.atlas.competence import label_scores, search_scores
from benchlib.atlas.encoders import LAYERED, PICTURES, ROWS, TEXT, USE, atlas_texts, picture_vectors, vectors
from benchlib.atlas.trend import layer_records, measured, over_texts, pair_records, traits_csv, trend_records
from benchlib.env import BENCH_DATA, RESULTS, run_inside
from benchlib.records import machine, now
from benchlib.run import add_program, parser_of, program_of

FOLDER = BENCH_DATA / "atlas"


def saved(name, rows):
    """An npy file of rows."""
    import numpy as np

    path = FOLDER / f"{name}.npy"
    np.save(path, rows)
    return path


def atlas(program, name, files, models, competences):
    """The records of one atlas, whose page is written."""
    table = FOLDER / f"{name}.traits.csv"
    table.write_text(traits_csv(models, competences), encoding="utf-8")
    page = ["--html", FOLDER / f"{name}.html", "--csv", FOLDER / f"{name}.csv", "--force"]
    grid = measured(program, files, table, page)
    print(f"{name}: {len(grid['pairs'])} pairs of {len(files)} spaces, {FOLDER / name}.html", flush=True)
    trends = over_texts(program, name, files, table, list(trend_records(name, grid)))
    return [*pair_records(name, grid), *trends]


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--models", default=",".join(e.name for e in TEXT), help="text encoders that take part")
    parser.add_argument("--captioned", default=",".join(e.name for e in TEXT), help="those of them that encode the captions, too")
    parser.add_argument("--layers", default=",".join(LAYERED), help="transformers that are measured layer by layer; empty = none")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("atlas-venv", ["numpy", "scipy", USE])
    program, revision = program_of(arguments.vec2vec)
    FOLDER.mkdir(parents=True, exist_ok=True)
    general, captions = atlas_texts()
    records = [{"kind": "run", "revision": revision, "date": now(), "machine": machine(), "rows": ROWS}]

    chosen = [e for e in TEXT if e.name in arguments.models.split(",")]
    models, forms = [e for e in chosen if not e.form_of], [e for e in chosen if e.form_of]
    captioned = [e for e in models if e.name in arguments.captioned.split(",")]
    competences = {}
    for model in models:
        searched, labelled = search_scores(program, model.name), label_scores(program, model.name)
        competences[model.name] = searched | labelled
        records.append({"kind": "model", "encoder": model.name, "family": model.family, "parameters": model.parameters,
                        "ndcg": searched, "labels": labelled})
        print(f"{model.name}: " + ", ".join(f"{task} {score:.3f}" for task, score in competences[model.name].items()), flush=True)

    files = {model.name: saved(f"general.{model.name}", vectors(program, "atlas-general", general, model.name)) for model in models}
    records += atlas(program, "general", files, models, competences)
    pictured = {model.name: saved(f"webcap.{model.name}", vectors(program, "atlas-webcap", captions, model.name)) for model in captioned}
    pictured |= {eye.name: saved(f"webcap.{eye.name}", picture_vectors(eye.name)) for eye in PICTURES}
    records += atlas(program, "webcap", pictured, [*captioned, *PICTURES], competences)

    for form in forms:
        both = {form.name: saved(f"general.{form.name}", vectors(program, "atlas-general", general, form.name)), form.form_of: files[form.form_of]}
        pair = measured(program, both) | {"row": form.name, "column": form.form_of}
        records += [record | {"kind": "form"} for record in pair_records("general", {"pairs": [pair]})]
    for encoder in filter(None, arguments.layers.split(",")):
        layers = {n: saved(f"layer.{encoder}-{n}", vectors(program, "atlas-general", general, encoder, layers=n)) for n in range(1, LAYERED[encoder] + 1)}
        records += layer_records(program, encoder, layers, files, models)
    (RESULTS / "atlas.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


if __name__ == "__main__":
    main()
