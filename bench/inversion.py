#!/usr/bin/env python3
"""How much text comes back out of vectors: `vec2vec invert` of native vectors, and of vectors translated through an unpaired map.

    bench/inversion.py [--corpora NAME[=ROWS],...] [--vec2vec PROGRAM] [--again]

Held texts: enron: the first sentences (6-20 words) of e-mails; tweets: TweetTopic; medical: sentences of mtsamples (6-20 words). Known
space: minilm. Public texts: 5,000 others of the same kind, for enron none of a held e-mail. "native": the held texts encoded by minilm;
"translated": encoded by mpnet, taken to minilm by a map of `vec2vec align`, seed 0, no pairs, as one who holds the store fits it: on one
side rows 0-19,999 of general.mpnet, the held vectors and those of 2,500 more texts of the store (none of them public), on the other side
rows 20,000-39,999 of general.minilm and the public texts. Both searches have the same budget and run side by side, a thread each. Lines go to
bench/results/inversion.jsonl; bench/make_results.py makes the table. sacrebleu and rouge-score score the same texts again.
"""

import argparse
import json
import random
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench_env import BENCH_DATA, ROOT, add_record, records_of, run_inside

STORE = ROOT / "bench" / "results" / "inversion.jsonl"
CORPORA = "enron=50,tweets=20,medical=20"
PUBLIC, STORE_ROWS = 5000, 2500
BUDGET = {"beam": 4, "branches": 8, "words": 6, "examples": 4, "rounds": 8, "edits": 96, "max-tokens": 28}
MEASURES = {"token_f1": "token F1", "rouge_l": "ROUGE-L", "bleu": "BLEU", "exact": "exact", "names": "names", "numbers": "numbers", "leak": "leak rate"}


def short(text):
    return 6 <= len(text.split()) <= 20


def texts_of(name, rows):
    """(held, public, more of the store) texts of a corpus."""
    import gzip

    from encoded import CORPORA as FOLDER
    from encoded import tsv

    def lines(file):
        with gzip.open(FOLDER / file, "rt", encoding="utf-8") as opened:
            return [line.rstrip("\n") for line in opened]

    if name == "enron":
        mails = [line.split("\t", 1)[1] for line in lines("enron_emails.tsv.gz")]
        random.Random(0).shuffle(mails)
        held, bodies = [], []
        for mail in mails:
            first = re.split(r"(?<=[.!?])\s", mail)[0].strip()
            if short(first) and first[-1] in ".!?":
                held.append(first)
                bodies.append(mail)
            if len(held) == rows:
                break
        bodies = "\n".join(bodies)
        public = {text for text in lines("enron_sentences.txt.gz") if 4 <= len(text.split()) <= 40 and text not in bodies}
    elif name == "tweets":
        held = [text for _, text in tsv("tweet_topic_en") if short(text)]
        random.Random(0).shuffle(held)
        held = held[:rows]
        public = {text for _, text in tsv("tweeteval_sentiment") if 4 <= len(text.split()) <= 40} - set(held)
    else:
        all_texts = sorted({text.strip() for _, text in tsv("mtsamples_sentences")})
        random.Random(0).shuffle(all_texts)
        held = [text for text in all_texts if short(text)][:rows]
        public = {text for text in all_texts if 4 <= len(text.split()) <= 40} - set(held)
    others = sorted(public)
    random.Random(1).shuffle(others)
    return held, others[:PUBLIC], others[PUBLIC : PUBLIC + STORE_ROWS]


def agreement(found, truth):
    """The means over the rows that rouge-score and sacrebleu find."""
    import sacrebleu
    from rouge_score import rouge_scorer

    scorer = rouge_scorer.RougeScorer(["rouge1", "rougeL"])
    rouge = [scorer.score(t, f) for f, t in zip(found, truth)]
    mean = lambda values: sum(values) / len(truth)
    return {
        "token_f1": mean([r["rouge1"].fmeasure for r in rouge]),
        "rouge_l": mean([r["rougeL"].fmeasure for r in rouge]),
        "bleu": mean([sacrebleu.sentence_bleu(f, [t]).score / 100 for f, t in zip(found, truth)]),
    }


def section():
    """The table of docs/results.md, or nothing when the bench was not run."""
    if not STORE.exists():
        return ""
    records = list({(r["corpus"], r["reader"]): r for r in map(json.loads, filter(None, STORE.read_text().splitlines()))}.values())
    m = records[-1]["machine"]
    text = "## Texts recovered by a language model\n\n"
    text += "`vec2vec invert` with all-MiniLM-L6-v2 as the known encoder and Gemma 3 270M (base, 4 bits); no training. *Native*: the held texts encoded by MiniLM; "
    text += "*translated*: encoded by MPNet and taken over by an unpaired map, fitted on general texts, the store and public texts of its kind (none of them of the store). Means with 95 % intervals; *null*: the text found for another "
    text += "row. Leak rate: rows whose true text the language model expects more behind the text found than behind none, by more nats a token than "
    text += "for 95 of 100 unrelated pairs of public texts. "
    text += "*Nearest*: the nearest public text, without any search. Names and numbers: part of those in the true text.\n\n"
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
    revisions = ", ".join(dict.fromkeys(r["revision"] for r in records))
    text += f"Machine: {m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB, heavily shared; date: {records[-1]['date'][:10]}; commit {revisions}. Command: `bench/inversion.py`\n\n"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", default=CORPORA)
    parser.add_argument("--vec2vec", type=Path)
    parser.add_argument("--again", action="store_true")
    arguments = parser.parse_args()
    run_inside("inversion-venv", ["numpy", "sacrebleu", "rouge-score"])
    import numpy as np
    import run
    from encoded import MODELS, encoded, text_file

    program, revision = run.program_of(arguments.vec2vec)
    common = {"revision": revision, "machine": run.machine()}
    done = {(r["corpus"], r["reader"], r["rows"], r["revision"]) for r in records_of(STORE)}
    work = BENCH_DATA / "inversion"
    work.mkdir(parents=True, exist_ok=True)
    model = ROOT / "build" / "models" / "gemma-3-270m" / "model.gguf"
    if not model.exists():
        subprocess.run([ROOT / "scripts" / "models.sh", "gemma-3-270m"], check=True)

    def fitted(name, files, public_vectors):
        """The map of the store and the public texts, and what align says of it."""
        sides = {"a": [run.slice_of("mpnet", 0, 20000), *files], "b": [run.slice_of("minilm", 20000, 40000), public_vectors]}
        for side, parts in sides.items():
            np.save(work / f"{name}.{side}.npy", np.concatenate([np.load(part).astype(np.float32) for part in parts]))
        map_file = work / f"{name}.map.safetensors"
        command = [program, "align", work / f"{name}.a.npy", work / f"{name}.b.npy", "-o", map_file, "--force", "--json", "--quiet"]
        return map_file, run.VERDICTS[run.run_measured(command, tuple(run.VERDICTS))["exit"]]

    for corpus, rows in ((name, int(rows or 50)) for name, _, rows in (part.partition("=") for part in arguments.corpora.split(","))):
        held, public, more = texts_of(corpus, rows)
        name = f"inversion-{corpus}-{rows}"
        public_file, public_vectors = text_file(f"{name}-public", public), encoded(program, f"{name}-public", public, "minilm")
        vectors = {"native": encoded(program, name, held, "minilm"), "translated": encoded(program, name, held, "mpnet")}
        map_file, verdict = fitted(name, [vectors["translated"], encoded(program, f"{name}-store", more, "mpnet")], public_vectors)

        def invert(reader):
            if (corpus, reader, rows, common["revision"]) in done and not arguments.again:
                return
            out = work / f"{name}.{reader}.jsonl"
            command = [program, "invert", vectors[reader], "--encoder", ROOT / "build" / "models" / MODELS["minilm"], "--lm", model]
            command += ["--public", public_file, "--public-vectors", public_vectors, "--truth", text_file(name, held), "-o", out]
            command += ["--precision", "bfloat16", "--threads", 1, "--force", "--json", "--quiet"]
            command += [word for option, value in BUDGET.items() for word in (f"--{option}", value)]
            if reader == "translated":
                command += ["--map", map_file]
            told = run.run_measured(command)
            found = [json.loads(line)["text"] for line in out.read_text().splitlines()]
            record = {"corpus": corpus, "reader": reader, "rows": rows, "public": len(public), "verdict": verdict, "seed": 0, "budget": BUDGET}
            record |= {key: told["json"][key] for key in ("mean_cosine", "mean_nearest_cosine", "encoded_texts", "scores")}
            record |= {"seconds": told["json"]["seconds"], "others_say": agreement(found, held), "date": run.now(), **common}
            add_record(STORE, record)
            whole = record["scores"]["found"][0]
            print(corpus, reader, {k: whole[k] and round(whole[k]["value"], 3) for k in MEASURES}, flush=True)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(invert, vectors))


if __name__ == "__main__":
    main()
