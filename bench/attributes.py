#!/usr/bin/env python3
"""What translated vectors tell about attributes, and which words they give away, beside the oracle and the baselines.

    bench/attributes.py [--pairs a-b,...] [--corpora NAME,...] [--vec2vec PROGRAM] [--again]

The attacker's map: `vec2vec align` of rows 0-19,999 of general.SOURCE with rows 20,000-39,999 of general.TARGET, seed 0, no pairs (other
corpora, so every set below is out of distribution). The victim: a labelled corpus encoded by SOURCE. Labels are texts, encoded by TARGET.
TARGET may be several known models at once: --pairs e5-mpnet+minilm+l3+bge. `vec2vec audit --map` scores both. Lines go to
bench/results/attributes.jsonl; bench/make_results.py makes the tables.
"""

import argparse
import random
from pathlib import Path

from bench_env import BENCH_DATA, ROOT, add_record, records_of, run_inside

STORE = ROOT / "bench" / "results" / "attributes.jsonl"
PAIRS = ["minilm-mpnet", "mpnet-minilm", "minilm-e5", "e5-minilm", "e5-mpnet", "mpnet-e5"]
CORPORA = ["tweets", "medical", "abstracts", "agnews", "banking77", "clinc150", "enron", "general"]
FEW = 1000  # rows of the larger corpora
NEAR = {"+near": 6000, "+nearer": 16000}  # medical+near: so many of 20,000 rows a side are sentences of the same kind (mtsamples), other ones on each side
PAIRED = "+pairs"  # medical+pairs: the map is fitted on 20,000 true pairs of general texts, which no attacker has


def tweets():
    """(texts, [[label]], labels) of TweetTopic: several topics a tweet."""
    from encoded import tsv

    rows = tsv("tweet_topic_en")
    truth = [label.replace("_", " ").split(",") for label, _ in rows]
    return [text for _, text in rows], truth, sorted({name for names in truth for name in names})


def single(name, count, readable=lambda label: label.replace("_", " ")):
    from encoded import tsv

    rows = tsv(name)
    random.Random(0).shuffle(rows)
    rows = rows[:count]
    truth = [[readable(label).strip()] for label, _ in rows]
    return [text for _, text in rows], truth, sorted({names[0] for names in truth})


def corpus(name):
    if name == "tweets":
        return tweets()
    return {
        "medical": lambda: single("mtsamples_descriptions", 10**6),
        "abstracts": lambda: single("medical_abstract_titles", FEW),
        "agnews": lambda: single("ag_news_test_titles", FEW),
        "banking77": lambda: single("banking77_intent", FEW),
        "clinc150": lambda: single("clinc150_intent", FEW),
        "enron": lambda: single("enron_emails", FEW),  # the label of an e-mail is its subject line
    }[base(name)]()


def base(name):
    """The corpus without what its map was fitted on."""
    return name.partition("+")[0]


def near_texts(count):
    """`count` sentences for each side; none of them is a description, which is what is attacked."""
    from encoded import tsv

    descriptions = {text.strip().lower() for _, text in tsv("mtsamples_descriptions")}
    sentences = sorted({text.strip() for _, text in tsv("mtsamples_sentences")})
    sentences = [text[:300] for text in sentences if text.lower() not in descriptions and len(text) > 25]
    random.Random(0).shuffle(sentences)
    return sentences[:count], sentences[count : 2 * count]


def near_files(program, encoders, kind):
    """npy files of the source and each target: general rows, and near ones behind them."""
    import numpy as np
    import run
    from encoded import encoded

    files, count = [], NEAR[kind]
    both = near_texts(count)
    for place, encoder in enumerate(encoders):
        side, first, texts = ("b", 20000, both[1]) if place else ("a", 0, both[0])
        path = BENCH_DATA / "attributes" / f"{kind[1:]}-{side}.{encoder}.npy"
        general = np.load(run.slice_of(encoder, first, first + 20000 - count)).astype(np.float32)
        np.save(path, np.concatenate([general, np.load(encoded(program, f"mtsamples-{side}-{count}", texts, encoder, 96))]))
        files.append(path)
    return files


def repeated(option, files):
    """The option once for each file, as `vec2vec audit` takes those of several known models."""
    return [word for file in files for word in (option, file)]


def label_files(program, name, labels, truth, targets):
    """Paths of the label names, of the true labels, and of the labels' vectors by each target."""
    from encoded import FOLDER, encoded, text_file

    names = text_file(f"{name}-labels", labels)
    truth_file = text_file(f"{name}-truth", ["|".join(row) for row in truth])
    assert FOLDER in names.parents
    return names, truth_file, [encoded(program, f"{name}-labels", labels, target) for target in targets]


def section():
    if not STORE.exists():
        return ""
    lines = {(r["pair"], r["corpus"]): r for r in records_of(STORE)}
    records = list(lines.values())
    m = records[-1]["machine"]
    revisions = ", ".join(dict.fromkeys(r["revision"] for r in records))
    where = f"Machine: {m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB; date: {records[-1]['date'][:10]}; commit {revisions}. Command: `bench/attributes.py`\n\n"
    text = "## Attributes read from translated vectors\n\n"
    text += "The map is fitted without pairs on general texts (20,000 rows a side, seed 0) and used on other corpora. First guess right, with 95 % "
    text += "intervals (maps: the align of commit d522573 and before). *medical+near*: 6,000 of the 20,000 rows a side are sentences of the same kind, other ones on each side (*medical+nearer*: 16,000); *medical+pairs*: the map of 20,000 true pairs of general texts, for what is to be had by a linear map; *oracle*: the same texts encoded by the target model; *naive*: the vectors as they are where dimensions allow, else random rows.\n\n"
    text += "| corpus (rows, labels) | pair | verdict | translated | oracle | ratio | naive | majority | labels shuffled | AUC translated / oracle |\n" + "|---" * 10 + "|\n"
    for r in records:
        if not r.get("readers"):
            continue
        ours, oracle = r["readers"]["translated"], r["readers"]["oracle"]
        naive = r["readers"].get("untranslated") or r["readers"]["random rows"]
        t = ours["top1"]
        cells = [f"{r['corpus']} ({r['rows']:,}, {r['labels']})", r["pair"].replace("-", " → "), r["verdict"]]
        cells += [f"**{t['value']:.3f}** ({t['low']:.3f}–{t['high']:.3f})", f"{oracle['top1']['value']:.3f}", f"{t['value'] / oracle['top1']['value']:.2f}"]
        cells += [f"{naive['top1']['value']:.3f}", f"{r['readers']['majority']['top1']['value']:.3f}", f"{t['null']:.3f}"]
        # None where too many labels have too few rows.
        cells += [" / ".join(f"{reader['auc']['value']:.3f}" if reader["auc"] else "–" for reader in (ours, oracle))]
        text += "| " + " | ".join(cells) + " |\n"
    text += "\n" + where
    text += "## Words recovered without a language model\n\n"
    text += "Six words a row by sparse pursuit over the words of 20,000 public texts (docs/audit.md). F1 and precision over different words, with 95 % intervals; "
    text += "*chance*: against the texts of other rows; *native*: the same from vectors of the target model.\n\n"
    text += "| corpus (rows) | pair | F1 translated | F1 native | ratio | F1 by chance | precision translated | precision native |\n" + "|---" * 8 + "|\n"
    for r in records:
        ours, native = r["words"]["translated"], r["words"]["native"]
        f, null = ours["f1"], ours["null_f1"]
        cells = [f"{r['corpus']} ({r['rows']:,})", r["pair"].replace("-", " → "), f"**{f['value']:.3f}** ({f['low']:.3f}–{f['high']:.3f})"]
        cells += [f"{native['f1']['value']:.3f}", f"{f['value'] / native['f1']['value']:.2f}", f"{null['value']:.3f} ({null['low']:.3f}–{null['high']:.3f})"]
        cells += [f"{ours['precision']['value']:.3f}", f"{native['precision']['value']:.3f}"]
        text += "| " + " | ".join(cells) + " |\n"
    return text + "\n" + where


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default=",".join(PAIRS))
    parser.add_argument("--corpora", default=",".join(CORPORA))
    parser.add_argument("--vec2vec", type=Path)
    parser.add_argument("--again", action="store_true")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import run
    from encoded import encoded, text_file

    program, revision = run.program_of(arguments.vec2vec)
    common = {"revision": revision, "machine": run.machine()}
    work = BENCH_DATA / "attributes"
    for folder in (work, BENCH_DATA / "maps"):
        folder.mkdir(parents=True, exist_ok=True)
    done = {(r["pair"], r["corpus"], r["revision"]) for r in records_of(STORE)}
    import gzip

    from encoded import CORPORA as FILES

    with gzip.open(FILES / "train_general_all.tsv.gz", "rt", encoding="utf-8") as file:
        general = [line.rstrip("\n").split("\t", 1)[1] for line in file]
    public_texts = text_file("general-public", general[20000:40000])

    for name in arguments.corpora.split(","):
        texts, truth, labels = (general[41000:43048], None, None) if name == "general" else corpus(name)
        for pair in arguments.pairs.split(","):
            if (pair, name, common["revision"]) in done and not arguments.again:
                continue
            source, several = pair.split("-")
            targets, kind = several.split("+"), name.removeprefix(base(name))
            public = [run.slice_of(target, 20000, 40000) for target in targets]
            sides = [run.slice_of(source, 0, 20000), *public]
            if kind in NEAR:
                sides = near_files(program, [source, *targets], kind)
            elif kind == PAIRED:
                sides = [run.slice_of(encoder, 0, 20000) for encoder in (source, *targets)] + ["--paired"]
            map_file = BENCH_DATA / "maps" / f"{pair}.20000{kind}.0.safetensors"  # without a kind: as bench/run.py makes it
            if not map_file.exists():
                run.run_measured([program, "align", *sides, "-o", map_file, "--force", "--json", "--quiet"], tuple(run.VERDICTS))
            if name == "general":
                store, *native = (run.slice_of(encoder, 41000, 43048) for encoder in (source, *targets))
            else:
                store, *native = (encoded(program, base(name), texts, encoder) for encoder in (source, *targets))
            command = [program, "audit", store, "--public", public_texts, *repeated("--public-vectors", public), "--map", map_file, "--no-defences"]
            command += ["--store-texts", text_file(name, texts), *repeated("--store-texts-vectors", native)]
            if labels:
                names, truth_file, vectors = label_files(program, base(name), labels, truth, targets)
                command += ["--attributes", names, *repeated("--attributes-vectors", vectors), "--truth", truth_file]
            command += ["-o", work / "audit.html", "--force", "--json", "--quiet"]
            told = run.run_measured(command)
            report = told["json"]
            record = {"pair": pair, "corpus": name, "rows": len(texts), "labels": len(labels or []), "seed": 0, "seconds": told["seconds"]}
            record["verdict"] = report["alignment"]["verdict"]
            record["translation_top1"] = report["alignment"]["scores"]["scores"]["top1"]
            record["readers"] = {r.pop("reader"): r for r in report["attributes"].get("readers", [])}
            record["words"] = {reader: report["words"][reader] for reader in ("translated", "native")}
            record |= {"date": run.now(), **common}
            add_record(STORE, record)
            shown = {k: v["top1"]["value"] for k, v in record["readers"].items()} | {"f1": record["words"]["translated"]["f1"]["value"]}
            print(pair, name, record["verdict"], {k: round(v, 3) for k, v in shown.items()}, flush=True)


if __name__ == "__main__":
    main()
