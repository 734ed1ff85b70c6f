# SPDX-License-Identifier: Apache-2.0
"""What the atlas takes out of `vec2vec measure --traits`, and how far it depends on the texts that were taken. Standard library only."""

from ..run import run_measured

MEASURES = ["mutual_knn", "cknna", "cka", "cka_biased", "rsa"]
PAIR_ROWS = 1024  # whose pairs RSA compares
HALVES = 10


def traits_csv(models, competences):
    """The table of traits: competences is {encoder: {task: score}}; an encoder without scores has an empty cell."""
    lines = ["name,family,competence,parameters"]
    for model in models:
        scores = competences.get(model.name)
        competence = f"{sum(scores.values()) / len(scores):.6f}" if scores else ""
        lines.append(f"{model.name},{model.family},{competence},{model.parameters or ''}")
    return "\n".join(lines) + "\n"


def measured(program, files, traits=None, options=(), only=MEASURES):
    """The JSON of `vec2vec measure` of {name: npy file}."""
    names = [part for name in files for part in ("--name", name)]
    command = [program, "measure", *files.values(), *names, "--only", ",".join(only), "--pair-rows", PAIR_ROWS, "--json", "--quiet"]
    return run_measured([*command, *(["--traits", traits] if traits else []), *options])["json"]


def pair_records(atlas, grid):
    """A record of each pair of spaces."""
    for pair in grid["pairs"]:
        values = {key: {part: m[part] for part in ("value", "low", "high", "adjusted")} | {"null": m["null"]["mean"]} for key, m in pair["measures"].items()}
        yield {"kind": "pair", "atlas": atlas, "a": pair["row"], "b": pair["column"], "rows": pair["rows"], "measures": values}


def trend_records(atlas, grid):
    """A record of each trend, with the points that it goes through."""
    found = grid["agreement"]
    for trend in found["trends"]:
        agreement, trait = found["agreements"][trend["agreement"]], trend["trait"]
        pairs = zip(found["spaces"], agreement["of_space"])
        points = {space["name"]: [space["values"][trait], y] for space, y in pairs if space["values"][trait] is not None and y is not None}
        yield {"kind": "trend", "atlas": atlas, "trait": found["traits"][trait], "points": points} | {
            name: agreement[name] for name in ("measure", "with", "adjusted")} | {
            name: trend[name] for name in ("spaces", "rank_correlation", "low", "high", "p_value")}


def key_of(trend):
    return trend["atlas"], trend["trait"], trend["measure"], trend["with"], trend["adjusted"]


def over_texts(program, atlas, files, traits, trends):
    """Adds to trends of two measures the range of their rank correlation over random halves of the texts. A half of the rows, drawn
    without replacement, spreads as a bootstrap sample of all of them does."""
    drawn = {}
    for seed in range(1, HALVES + 1):
        options = ["--sample", 2048, "--seed", seed, "--permutations", 10, "--bootstrap", 0]
        for trend in trend_records(atlas, measured(program, files, traits, options, ["mutual_knn", "cka"])):
            drawn.setdefault(key_of(trend), []).append(trend["rank_correlation"])
    return [trend | ({"over_texts": [min(drawn[key_of(trend)]), max(drawn[key_of(trend)])]} if key_of(trend) in drawn else {}) for trend in trends]


def layer_records(program, encoder, layers, others, models):
    """A record of each layer: its mean agreement with the models of other families. layers: {number: npy file}, others: {name: npy file}."""
    family = {model.name: model.family for model in models}
    foreign = {name: file for name, file in others.items() if family[name] != family[encoder]}
    files = {f"{encoder}-{number}": file for number, file in layers.items()} | foreign
    grid = measured(program, files, options=["--permutations", 10, "--bootstrap", 0], only=["mutual_knn", "cka"])
    for number in layers:
        found = [pair["measures"] for pair in grid["pairs"] if pair["row"] == f"{encoder}-{number}" and pair["column"] in foreign]
        means = {key: sum(m[key]["adjusted"] for m in found) / len(found) for key in ("mutual_knn", "cka")}
        yield {"kind": "layer", "encoder": encoder, "layer": number, "others": len(foreign), "adjusted": means}
