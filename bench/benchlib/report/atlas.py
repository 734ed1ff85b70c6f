# SPDX-License-Identifier: Apache-2.0
"""The atlas of the hypothesis: whether spaces agree the more, the more their models are able to do."""

from ..env import RESULTS
from ..records import records_of
from .plots import scatter_plots
from .tables import table

NAMES = {"mutual_knn": "mutual k-NN", "cknna": "CKNNA", "cka": "CKA, unbiased", "cka_biased": "CKA, biased", "rsa": "RSA"}
COMMAND = "bench/quality/atlas.py"
CLEAR = 0.05  # p of a trend that is called more than chance


def load():
    """{kind: [records]}"""
    kinds = {}
    for record in records_of(RESULTS / "atlas.jsonl"):
        kinds.setdefault(record["kind"], []).append(record)
    return kinds


def find(kinds, atlas, measure, others, trait="competence", adjusted=True):
    wanted = {"atlas": atlas, "measure": measure, "with": others, "trait": trait, "adjusted": adjusted}
    return next(trend for trend in kinds["trend"] if wanted.items() <= trend.items())


def colours(kinds):
    families = list(dict.fromkeys(model["family"] for model in kinds["model"]))
    return {model["encoder"]: families.index(model["family"]) for model in kinds["model"]}


def atlas_plot():
    """Four plots: neighbours and the whole, with texts of other families and with pictures."""
    kinds = load()
    colour, panels = colours(kinds), []
    for atlas, others, whom in (("general", "other families", "other families"), ("webcap", "pictures", "picture encoders")):
        for measure in ("mutual_knn", "cka"):
            trend = find(kinds, atlas, measure, others)
            points = {name: (x, y, colour[name]) for name, (x, y) in trend["points"].items()}
            panels.append((f"{NAMES[measure]} with {whom}", "competence", "adjusted", points))
    return scatter_plots("Agreement against competence", panels)


def signed(trend):
    texts = f"{trend['over_texts'][0]:+.2f} .. {trend['over_texts'][1]:+.2f}" if "over_texts" in trend else "–"
    return [f"{trend['rank_correlation']:+.2f}", f"{trend['low']:+.2f} .. {trend['high']:+.2f}", texts, f"{trend['p_value']:.4f}"]


def models_table(kinds):
    rows = []
    for model in sorted(kinds["model"], key=lambda model: -competence(model)):
        size = f"{model['parameters']:g}" if model["parameters"] else "–"
        points = [find(kinds, "general", measure, "other families")["points"][model["encoder"]][1] for measure in ("mutual_knn", "cka")]
        pictures = [find(kinds, "webcap", measure, "pictures")["points"][model["encoder"]][1] for measure in ("mutual_knn", "cka")]
        means = [sum(model[kind].values()) / len(model[kind]) for kind in ("ndcg", "labels")]
        rows.append([model["encoder"], model["family"], size, *(f"{x:.3f}" for x in [*means, competence(model), *points, *pictures])])
    return table(["model", "family", "M parameters", "nDCG@10", "k-NN accuracy", "competence", "k-NN with texts", "CKA with texts", "k-NN with pictures", "CKA with pictures"], rows)


def competence(model):
    scores = [*model["ndcg"].values(), *model["labels"].values()]
    return sum(scores) / len(scores)


def trends_table(kinds, trait):
    rows = []
    for atlas, others, whom in (("general", "all others", "all other texts' models"), ("general", "other families", "text models of other families"), ("webcap", "pictures", "picture encoders")):
        for measure in NAMES:
            for adjusted in (False, True):
                trend = find(kinds, atlas, measure, others, trait, adjusted)
                rows.append([whom, NAMES[measure], "less chance" if adjusted else "as measured", *signed(trend)])
    return table(["agreement with", "measure", "scale", f"rank correlation with {trait}", "95 % over models", "halves of the texts", "p"], rows)


def sentence(kinds):
    """The answer, as the figures have it."""
    texts, pictures = find(kinds, "general", "mutual_knn", "other families"), find(kinds, "webcap", "mutual_knn", "pictures")
    wholes = find(kinds, "general", "cka", "other families"), find(kinds, "webcap", "cka", "pictures")

    def told(trend):
        chance = "more than chance" if trend["p_value"] < CLEAR else "no more than chance allows"
        return f"{trend['rank_correlation']:+.2f} (95 % {trend['low']:+.2f} to {trend['high']:+.2f}, p = {trend['p_value']:.2g}: {chance})"

    return (f"Agreement of neighbourhoods (mutual k-NN, less chance) with models of other families has a rank correlation with competence of {told(texts)}, "
            f"with picture encoders {told(pictures)}; that of the whole (unbiased CKA) {told(wholes[0])} and {told(wholes[1])}.")


def atlas_section():
    kinds = load()
    if not kinds:
        return ""
    run, count = kinds["run"][0], len(kinds["model"])
    text = "## Does agreement grow with competence?\n\n"
    text += f"**{sentence(kinds)}**\n\n"
    text += (f"{count} text encoders of {len({model['family'] for model in kinds['model']})} families encoded {run['rows']:,} texts that no fit of this project sees, and {run['rows']:,} captions, whose pictures two picture encoders saw. "
             "Agreement is the mean over the other models. A family shares authors, training data or weights: its members agree for that reason, so the trend that counts leaves them out. "
             "Competence is the mean of nDCG@10 on three retrieval sets (TREC QA, WikiQA, COCO captions; at most 800 documents and 150 queries) and of 10-NN accuracy on four labelled sets of 800 texts (questions, banking intents, subjectivity, forums); none of these texts is in the atlas. "
             "p is that of 10,000 permutations of competence among the models; intervals resample the models, and the last range is that of 10 random halves of the texts. "
             "`lsa` (fitted to 40,000 other texts) and `letters` (counts of three letters, no training) are made by the bench; they, `glove` and `wordllama` see no order of words.\n\n")
    text += models_table(kinds) + "\n\n"
    text += "### Rank correlations with competence\n\n" + trends_table(kinds, "competence") + "\n\n"
    text += "### Rank correlations with size\n\n" + trends_table(kinds, "parameters") + "\n\n"
    text += "### Other forms of a model\n\nThe same weights in 8 bits, as far from the original as that; no models of their own.\n\n"
    text += table(["form", "of", *(f"{name}, adjusted" for name in NAMES.values())],
                  [[form["a"], form["b"], *(f"{form['measures'][key]['adjusted']:.3f}" for key in NAMES)] for form in kinds["form"]]) + "\n\n"
    if "layer" in kinds:
        text += "### Layer by layer\n\nMean agreement of each layer (mean of its token states) with the models of other families, less chance.\n\n"
        rows = [[layer["encoder"], str(layer["layer"]), f"{layer['adjusted']['mutual_knn']:.3f}", f"{layer['adjusted']['cka']:.3f}"] for layer in kinds["layer"]]
        text += table(["model", "layer", "mutual k-NN", "CKA, unbiased"], rows) + "\n\n"
    text += f"Commit {run['revision']}, {run['date'][:10]}. Command: `{COMMAND}`, which also writes the page to look at: heat maps, the map of spaces, the trends.\n"
    return text
