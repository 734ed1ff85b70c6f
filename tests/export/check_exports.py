#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each export of a map agrees with `vec2vec translate` to 1e-6 in every value, on 1,000 rows, run by the real thing: onnxruntime,
sentence-transformers, Postgres with pgvector, numpy. What is not installed is skipped, and named. scripts/export_test.sh installs it.

    tests/export/check_exports.py build/release/cli/vec2vec"""

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "examples" / "data"
ROWS = 1000
sys.path.insert(0, str(ROOT / "scripts"))


def installed(*names):
    return all(importlib.util.find_spec(name) for name in names)


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.holder.name)
        rows = np.load(DATA / "minilm.eval.npy").astype(np.float32)
        cls.rows = np.resize(rows, (ROWS, rows.shape[1])) * np.linspace(0.1, 3, ROWS, dtype=np.float32)[:, None]  # any norms
        np.save(cls.folder / "rows.npy", cls.rows)
        minilm, mpnet, e5 = (str(DATA / f"{name}.pairs.npy") for name in ("minilm", "mpnet", "e5"))
        (cls.folder / "pairs.csv").write_text("".join(f"{i},{i}\n" for i in range(len(np.load(minilm)))))
        pairs = ["--pairs", str(cls.folder / "pairs.csv"), "--effort", "low"]
        cls.maps = {}
        for name, arguments in {
            "linear": [minilm, mpnet, *pairs],
            "several": [minilm, mpnet, e5, *pairs],
            "neural": [minilm, mpnet, *pairs, *"--method neural --steps 30 --width 256 --blend 1".split()],
            "blended": [minilm, mpnet, *pairs, *"--method neural --steps 30 --width 256 --blend 0.4".split()],
        }.items():
            cls.maps[name] = str(cls.folder / f"{name}.safetensors")
            cls.run_command("align", *arguments, "-o", cls.maps[name], "--quiet", codes=(0, 3, 4))

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @staticmethod
    def run_command(*arguments, codes=(0,)):
        done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True)
        if done.returncode not in codes:
            raise AssertionError(f"{arguments}: {done.stdout}{done.stderr}")

    def each(self, to, ending, maps=("linear", "several", "neural", "blended")):
        """The export of each map, and what translate gives; of the map of several spaces also the one into one of them."""
        for name in maps:
            for space in [None, "mpnet.pairs"] if name == "several" else [None]:
                with self.subTest(to=to, map=name, space=space):
                    out, truth = self.folder / f"{name}_{bool(space)}{ending}", self.folder / "truth.npy"
                    self.run_command("export", self.maps[name], "--format", to, "-o", str(out), *(["--to", space] if space else []))
                    self.run_command("translate", self.maps[name], str(self.folder / "rows.npy"), "-o", str(truth), "--force", "--ignore-fingerprint",
                                     *(["--to", space] if space else []))
                    yield out, np.load(truth)

    def agrees(self, found, truth):
        found = np.asarray(found)
        self.assertEqual(found.shape, truth.shape)
        self.assertLess(float(np.abs(found - truth).max()), 1e-6)

    def test_numpy(self):
        for out, truth in self.each("numpy", ".npz"):
            spec = importlib.util.spec_from_file_location(out.stem, out.with_suffix(".py"))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            self.agrees(module.translate(self.rows), truth)

    @unittest.skipUnless(installed("onnxruntime"), "onnxruntime is not installed")
    def test_onnx_runtime(self):
        import onnxruntime

        for out, truth in self.each("onnx", ".onnx"):
            session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
            self.agrees(session.run(None, {"vectors": self.rows})[0], truth)
            self.agrees(session.run(None, {"vectors": self.rows[:1]})[0], truth[:1])
            if installed("onnx"):
                import onnx

                onnx.checker.check_model(onnx.load(out), full_check=True)

    @unittest.skipUnless(installed("sentence_transformers"), "sentence-transformers is not installed")
    def test_sentence_transformers(self):
        import torch
        from sentence_transformers import SentenceTransformer

        for out, truth in self.each("sentence-transformers", ""):
            translation = SentenceTransformer(str(out), trust_remote_code=True, device="cpu")
            for model in (translation, self.saved_again(translation, out)):
                with torch.no_grad():
                    found = model({"sentence_embedding": torch.from_numpy(self.rows)})["sentence_embedding"]
                self.agrees(found.numpy(), truth)

    def saved_again(self, model, out):
        from sentence_transformers import SentenceTransformer

        if (out / "torch_translate.py").exists():
            return model
        again = str(out) + "-again"
        model.save(again)
        return SentenceTransformer(again, device="cpu")

    def test_postgres(self):
        import postgres_server

        for version in postgres_server.BINARIES:
            psql = postgres_server.BINARIES[version] / "psql"
            if not psql.exists():
                self.skipTest("no Postgres: scripts/setup.sh --postgres")
            with tempfile.TemporaryDirectory() as folder, self.subTest(pgvector=version):
                Path(folder).chmod(0o755)  # the server runs as nobody
                url = postgres_server.start(Path(folder) / "server", version)
                try:
                    self.translate_inside(psql, url, version)
                finally:
                    postgres_server.stop(Path(folder) / "server", version)

    def translate_inside(self, psql, url, version):
        def ask(*arguments, text=None):
            done = subprocess.run([psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *arguments, url], input=text, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        ask(text="CREATE EXTENSION vector; CREATE TABLE t (id integer, v vector);")
        lines = "".join(f"{i}\t[{','.join(repr(float(x)) for x in row)}]\n" for i, row in enumerate(self.rows))
        ask(text=f"COPY t FROM STDIN;\n{lines}\\.\n")
        for out, truth in self.each("sql", f"_{version}.sql", maps=("linear", "several")):
            ask("-f", str(out))
            told = ask(text="SELECT vec2vec_translate(v) FROM t ORDER BY id;")
            self.agrees([[float(x) for x in line.strip("[]").split(",")] for line in told.splitlines()], truth)
            ask(text="DROP FUNCTION vec2vec_translate; DROP TABLE vec2vec_translate_columns;")


if __name__ == "__main__":
    COMMAND = sys.argv.pop(1)
    unittest.main()
