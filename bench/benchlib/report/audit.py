# SPDX-License-Identifier: Apache-2.0
"""What vectors give away: attributes, words and texts, and what defences stop."""

from ..env import RESULTS
from ..records import records_of
from .tables import arrow, distinct, latest, spread, table, verdicts


def attributes_section():
    records = latest(records_of(RESULTS / "attributes.jsonl"), "pair", "corpus")
    if not records:
        return ""
    m = records[-1]["machine"]
    where = f"Machine: {m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB; date: {records[-1]['date'][:10]}; commit {distinct(r['revision'] for r in records)}. Command: `bench/audit/attributes.py`\n\n"
    text = "## Attributes read from translated vectors\n\n"
    text += "The map is fitted without pairs on general texts (20,000 rows a side, seed 0) and used on other corpora. The figures are the part of first guesses that is right, with 95 % "
    text += "intervals. In *medical+near* 6,000 of the 20,000 rows a side are sentences of the same kind, other ones on each side, in *medical+nearer* 16,000. *medical+pairs* has the map of 20,000 true pairs of general texts: the most that a linear map of them can give. *Oracle*: the target model encodes the same texts. *Naive*: the vectors as they are where dimensions allow, else random rows.\n\n"
    text += "| corpus (rows, labels) | pair | verdict | translated | oracle | ratio | naive | majority | labels shuffled | AUC translated / oracle |\n" + "|---" * 10 + "|\n"
    for r in records:
        if not r.get("readers"):
            continue
        ours, oracle = r["readers"]["translated"], r["readers"]["oracle"]
        naive = r["readers"].get("untranslated") or r["readers"]["random rows"]
        t = ours["top1"]
        cells = [f"{r['corpus']} ({r['rows']:,}, {r['labels']})", arrow(r["pair"]), r["verdict"]]
        cells += [f"**{t['value']:.3f}** ({t['low']:.3f}–{t['high']:.3f})", f"{oracle['top1']['value']:.3f}", f"{t['value'] / oracle['top1']['value']:.2f}"]
        cells += [f"{naive['top1']['value']:.3f}", f"{r['readers']['majority']['top1']['value']:.3f}", f"{t['null']:.3f}"]
        # There is no AUC where too many labels have too few rows.
        cells += [" / ".join(f"{reader['auc']['value']:.3f}" if reader["auc"] else "–" for reader in (ours, oracle))]
        text += "| " + " | ".join(cells) + " |\n"
    text += "\n" + where
    text += "## Words recovered without a language model\n\n"
    text += "Sparse pursuit finds six words a row among the words of 20,000 public texts (docs/audit.md). F1 and precision are over different words, with 95 % intervals. "
    text += "*Chance*: the same words against the texts of other rows. *Native*: the same from vectors of the target model.\n\n"
    text += "| corpus (rows) | pair | F1 translated | F1 native | ratio | F1 by chance | precision translated | precision native |\n" + "|---" * 8 + "|\n"
    for r in records:
        ours, native = r["words"]["translated"], r["words"]["native"]
        f, null = ours["f1"], ours["null_f1"]
        cells = [f"{r['corpus']} ({r['rows']:,})", arrow(r["pair"]), f"**{f['value']:.3f}** ({f['low']:.3f}–{f['high']:.3f})"]
        cells += [f"{native['f1']['value']:.3f}", f"{f['value'] / native['f1']['value']:.2f}", f"{null['value']:.3f} ({null['low']:.3f}–{null['high']:.3f})"]
        cells += [f"{ours['precision']['value']:.3f}", f"{native['precision']['value']:.3f}"]
        text += "| " + " | ".join(cells) + " |\n"
    return text + "\n" + where


MEASURES = {"token_f1": "token F1", "rouge_l": "ROUGE-L", "bleu": "BLEU", "exact": "exact", "names": "names", "numbers": "numbers", "leak": "leak rate"}


def inversion_section():
    records = latest(records_of(RESULTS / "inversion.jsonl"), "corpus", "reader")
    if not records:
        return ""
    m = records[-1]["machine"]
    text = "## Texts recovered by a language model\n\n"
    text += "`vec2vec invert` has all-MiniLM-L6-v2 as the known encoder and Gemma 3 270M (base, 4 bits) as the language model; nothing is trained. *Native*: MiniLM encodes the held texts. "
    text += "*Translated*: MPNet encodes them, and an unpaired map takes them over. It is fitted on general texts, the store, and public texts of its kind that are not in the store. Means have 95 % intervals; *null* is the text found for another "
    text += "row. The leak rate counts the rows whose true text the language model expects more after the text found than after none, by more nats a token than "
    text += "for 95 of 100 unrelated pairs of public texts. "
    text += "*Nearest* is the nearest public text, without any search. Names and numbers: the part of those in the true text.\n\n"
    columns = ["corpus (rows)", "vectors", *(MEASURES[k] for k in MEASURES), "cosine", "token F1 of nearest", "search, s (shared machine)"]
    text += "| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|\n"

    def cell(s):
        if s is None:
            return "–"
        return f"{s['value']:.3f} ({s['low']:.3f}–{s['high']:.3f}); null {s['null']:.3f} ({s['null_low']:.3f}–{s['null_high']:.3f})"

    for r in records:
        whole = r["scores"]["found"][0]
        nearest = r["scores"]["nearest_public_text"][0]["token_f1"]
        cells = [f"{r['corpus']} ({r['rows']})", r["reader"], *(cell(whole.get(k)) for k in MEASURES)]
        cells += [f"{r['mean_cosine']:.3f}", f"{nearest['value']:.3f} ({nearest['low']:.3f}–{nearest['high']:.3f})", f"{r['seconds']:.0f}"]
        text += "| " + " | ".join(cells) + " |\n"
    by = {(r["corpus"], r["reader"]): r["scores"]["found"] for r in records}
    text += "\nToken F1 translated / native: "
    ratios = [f"{c} {by[c, 'translated'][0]['token_f1']['value'] / by[c, 'native'][0]['token_f1']['value']:.2f}" for c, reader in by if reader == "native" and (c, "translated") in by]
    text += ", ".join(ratios) + ".\n\n"
    strata = [(c, reader, s) for (c, reader), all_strata in by.items() for s in all_strata[1:]]
    if strata:
        text += "| corpus | vectors | length | rows | token F1 | leak rate |\n" + "|---" * 6 + "|\n"
        for c, reader, s in strata:
            text += f"| {c} | {reader} | {s['stratum']} | {s['rows']} | {cell(s['token_f1'])} | {cell(s.get('leak'))} |\n"
    differences = [abs(r["others_say"][k] - r["scores"]["found"][0][k]["value"]) for r in records for k in r["others_say"]]
    text += f"\nOur means differ from those of rouge-score and sacrebleu by at most {max(differences):.1e}. Budget: {', '.join(f'{k} {v}' for k, v in records[-1]['budget'].items())}; seed 0. "
    text += f"Machine: {m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB, heavily shared; date: {records[-1]['date'][:10]}; commit {distinct(r['revision'] for r in records)}. Command: `bench/audit/inversion.py`\n\n"
    return text


def defences_section():
    lines = records_of(RESULTS / "defences.jsonl")
    if not lines:
        return ""
    attacks = latest([line for line in lines if line["kind"] == "rotation"], "seed")
    curves = [line for line in lines if line["kind"] == "defence"]
    text = "## A secret rotation is not encryption\n\n"
    if attacks:
        text += f"A {attacks[0]['dim']}-d store is behind `vec2vec defend --steps rotate`. The attacker has {attacks[0]['rows']:,} unpaired public rows of the same model.\n\n"
        columns = ["secrets", "ALIGNED / UNCERTAIN / NOT_ALIGNED", "top-1 of 4,096 held-out rows", "align, wall s", "CPU s"]
        cells = [str(len(attacks)), verdicts(attacks), spread([a["top1"]["value"] for a in attacks], ".4f")]
        text += table(columns, [[*cells, *(spread([a[name] for a in attacks], ".1f") for name in ("seconds", "cpu_seconds"))]]) + "\n"
        text += f"\nChance is {attacks[0]['top1']['null']:.4f}. {circumstances(attacks)} Command: `bench/audit/defences.py --attack-only`\n\n"
    if curves:
        text += "## What defences stop, and what they cost\n\n"
        text += f"The store has {curves[0]['rows']:,} MiniLM vectors behind the defence, the attacker {curves[0]['rows']:,} vectors of other texts. *Recovered* is the top-1 of 4,096 held-out rows "
        text += "(chance: 0.0002). *Attributes* is the part of 1,000 tweets whose first of 19 guesses is right (always the most frequent label: 0.494). Utility is nDCG@10 with documents and "
        text += f"queries behind the defence, the mean of {' and '.join(curves[-1]['ndcg10_of'])}. Each row is one run with seed 0. ? = UNCERTAIN, ✗ = NOT_ALIGNED.\n\n"
        text += "| defence | nDCG@10 | recovered, same model | attributes | recovered, mpnet | attributes |\n|---|---|---|---|---|---|\n"
        marks = {"ALIGNED": "", "UNCERTAIN": " ?", "NOT_ALIGNED": " ✗"}
        for c in {line["steps"]: line for line in curves}.values():
            cells = [f"`{c['steps']}`", f"{c['ndcg10']:.3f}"]
            for reader in ("minilm", "mpnet"):
                a = c["attacks"][reader]
                cells += [f"{a['top1']['value']:.3f}{marks[a['verdict']]}", f"{a['attribute_top1']['value']:.3f}"]
            text += "| " + " | ".join(cells) + " |\n"
        text += f"\n{circumstances(curves)} Command: `bench/audit/defences.py`\n"
    return text


def circumstances(lines):
    m = lines[-1]["machine"]
    return f"Machine: {m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB; date: {lines[-1]['date'][:10]}; commit {distinct(line['revision'] for line in lines)}."
