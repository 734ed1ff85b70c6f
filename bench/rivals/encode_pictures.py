#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares vec2vec encode of pictures with Pillow and ONNX Runtime: cosines of the rows, and seconds side by side.

    bench/rivals/encode_pictures.py [--models NAME,...] [--pictures 200]     cosines
    bench/rivals/encode_pictures.py --speed [--pictures 1000]                seconds on two threads each, in turns

The pictures are cut out of those in the package scikit-image: of any shape, turned, in grey, with alpha, palettes, CMYK, 16 bits, EXIF
orientation, as JPEG (also progressive), PNG and WebP. The script has its own preprocessing from preprocessor_config.json with Pillow and
numpy, as transformers does it. ONNX Runtime gets batches of 8 and two threads; two threads decode pictures beside it. The models are
folders of build/models, made by scripts/models.sh efficientnet-lite0 resnet50-thin.
"""

import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.env import BUILD, run_inside
from benchlib.run import add_program, find_program, parser_of

PACKAGES = ["numpy", "onnxruntime==1.32.0", "pillow==13.0.0", "scikit-image==0.26.0"]


def make_pictures(folder, count, seed=0):
    """Writes count pictures of many kinds; returns their paths, sorted."""
    import numpy as np
    import skimage
    from PIL import Image

    sources = [Image.open(path) for path in sorted(Path(skimage.__file__).parent.glob("data/*")) if path.suffix in (".png", ".jpg")]
    sources = [image.convert("RGB") for image in sources if min(image.size) >= 250]
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        image = sources[int(random.integers(len(sources)))]
        width, height = (int(random.integers(150, side + 1)) for side in image.size)
        left, top = (int(random.integers(0, whole - part + 1)) for whole, part in zip(image.size, (width, height)))
        image = image.crop((left, top, left + width, top + height)).rotate(int(random.integers(-20, 21)), Image.Resampling.BICUBIC)
        zoom = float(random.uniform(0.5, 3))
        image = image.resize((max(2, int(width * zoom)), max(2, int(height * zoom))), Image.Resampling.LANCZOS)
        save(image, folder / f"{i:05}", i % 12, random)
    return sorted(str(path) for path in folder.iterdir())


def save(image, path, kind, random):
    """kind 0 to 11: a format and a mode; most are plain JPEG files, as in the world."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = int(random.integers(1, 9))
    quality = int(random.integers(60, 96))
    if kind < 5:
        image.save(f"{path}.jpg", quality=quality, progressive=kind == 0, subsampling=int(random.integers(0, 3)))
    elif kind == 5:
        image.save(f"{path}.jpeg", quality=quality, exif=exif)
    elif kind == 6:
        image.convert(["L", "CMYK"][int(random.integers(2))]).save(f"{path}.jpg", quality=quality)
    elif kind == 7:
        image.save(f"{path}.png")
    elif kind == 8:
        alpha = image.convert("RGBA")
        alpha.putalpha(image.convert("L"))
        alpha.convert(["RGBA", "LA"][int(random.integers(2))]).save(f"{path}.png", exif=exif)
    elif kind == 9:
        image.quantize(int(random.integers(4, 256))).save(f"{path}.png")
    elif kind == 10:
        image.convert(["L", "1"][int(random.integers(2))]).save(f"{path}.png")
    else:
        image.save(f"{path}.webp", quality=quality, lossless=bool(random.integers(2)), exif=exif)


class Rival:
    """Pillow, numpy and ONNX Runtime."""

    BATCH = 8

    def __init__(self, folder, threads=2):
        import onnxruntime

        self.steps = json.loads((folder / "preprocessor_config.json").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0]
        self.pool = ThreadPoolExecutor(threads)

    def prepare(self, path):
        import numpy as np
        from PIL import Image, ImageOps

        image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        size = self.steps["size"]
        if "shortest_edge" in size:
            short, long = sorted(image.size)
            edges = size["shortest_edge"], int(size["shortest_edge"] * long / short)
            image = image.resize(edges if image.width <= image.height else edges[::-1], self.steps["resample"])
        else:
            image = image.resize((size["width"], size["height"]), self.steps["resample"])
        width, height = self.steps["crop_size"]["width"], self.steps["crop_size"]["height"]
        left, top = (image.width - width) // 2, (image.height - height) // 2
        pixels = np.asarray(image, np.float32)[top : top + height, left : left + width] * np.float32(self.steps["rescale_factor"])
        if self.steps.get("do_flip_channel_order"):
            pixels = pixels[:, :, ::-1]
        pixels = (pixels - np.float32(self.steps["image_mean"])) / np.float32(self.steps["image_std"])
        return pixels if self.input.shape[3] == 3 else pixels.transpose(2, 0, 1)

    def encode(self, paths):
        import numpy as np

        batches = [paths[i : i + self.BATCH] for i in range(0, len(paths), self.BATCH)]
        # The next batches are prepared while one is encoded.
        futures = [[self.pool.submit(self.prepare, path) for path in batch] for batch in batches]
        rows = [self.session.run(None, {self.input.name: np.ascontiguousarray([future.result() for future in batch])})[0] for batch in futures]
        rows = np.concatenate(rows)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def encode(program, model, listed, out, threads=2):
    began = time.time()
    command = [program, "encode", model, listed, "--pictures", "-o", out, "--force", "--json", "--threads", str(threads)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told | {"wall": time.time() - began}


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--models", default="efficientnet-lite0,resnet50-thin")
    parser.add_argument("--folder", type=Path, default=BUILD / "models", help="where the models are")
    parser.add_argument("--pictures", type=int, default=0, help="number of pictures; default: 200, or 1,000 with --speed")
    parser.add_argument("--speed", action="store_true", help="also compare seconds")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv-pictures", PACKAGES)
    import numpy as np

    program = find_program(arguments.vec2vec)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = make_pictures(folder / "pictures", arguments.pictures or (1000 if arguments.speed else 200))
        (folder / "list.txt").write_text("\n".join(paths) + "\n")
        for model in arguments.models.split(","):
            rival = Rival(arguments.folder / model)
            ours, theirs = [], []
            for _ in range(3 if arguments.speed else 1):
                told = encode(program, arguments.folder / model, folder / "list.txt", folder / "out.npy")
                ours.append(told["seconds"] - told["load_seconds"])
                began = time.time()
                expected = rival.encode(paths)
                theirs.append(time.time() - began)
            cosines = (np.load(folder / "out.npy") * expected).sum(1)
            worst = paths[int(cosines.argmin())]
            print(f"{model}: {len(paths)} pictures, cosine with ONNX Runtime: least {cosines.min():.5f} ({Path(worst).name}), mean {cosines.mean():.6f}")
            if arguments.speed:
                print(f"  seconds, best of three in turns: vec2vec {min(ours):.1f}, Pillow and ONNX Runtime {min(theirs):.1f}", flush=True)


if __name__ == "__main__":
    main()
