#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/picture/pictures and pillow.json: small pictures of many kinds, and what Pillow decodes and resizes them to (SHA-256 of the pixels).

    pip install pillow numpy scikit-image && tests/picture/make_pillow_fixture.py

The pictures are cut out of those that scikit-image holds and that are in the public domain or under CC0: chelsea, coffee, rocket, astronaut, hubble.
"""

import hashlib
import json
import shutil
from pathlib import Path

import skimage
from PIL import Image, ImageOps

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "pictures"
DATA = Path(skimage.__file__).parent / "data"


def cut(name, box, size):
    return Image.open(DATA / name).convert("RGB").crop(box).resize(size, Image.Resampling.LANCZOS)


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data


def write():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    cat, cup = cut("chelsea.png", (110, 30, 350, 270), (61, 60)), cut("coffee.png", (100, 0, 500, 400), (48, 64))
    rocket, astronaut = cut("rocket.jpg", (200, 0, 440, 400), (36, 60)), cut("astronaut.png", (130, 0, 330, 260), (50, 65))
    stars = cut("hubble_deep_field.jpg", (0, 0, 400, 300), (64, 48))
    cat.save(FOLDER / "cat.jpg", quality=85)
    cup.save(FOLDER / "cup.progressive.jpg", quality=80, progressive=True, subsampling=0)
    rocket.save(FOLDER / "rocket.turned6.jpg", quality=85, exif=exif(6))
    astronaut.convert("L").save(FOLDER / "astronaut.grey.jpg", quality=85)
    stars.convert("CMYK").save(FOLDER / "stars.cmyk.jpg", quality=85)
    cup.save(FOLDER / "cup.png", exif=exif(3))
    alpha = astronaut.copy()
    alpha.putalpha(astronaut.convert("L"))
    alpha.save(FOLDER / "astronaut.alpha.png")
    alpha.convert("LA").save(FOLDER / "astronaut.grey-alpha.png")
    cat.quantize(17).save(FOLDER / "cat.palette.png")
    cat.convert("1").save(FOLDER / "cat.1bit.png")
    cat.save(FOLDER / "cat.webp", quality=80, exif=exif(8))
    stars.save(FOLDER / "stars.lossless.webp", lossless=True)
    cup.save(FOLDER / "moving.webp", save_all=True, append_images=[ImageOps.mirror(cup)], duration=100, lossless=True)


def digest(image):
    return {"width": image.width, "height": image.height, "sha256": hashlib.sha256(image.tobytes()).hexdigest()}


def main():
    write()
    decoded, resized = {}, []
    for path in sorted(FOLDER.iterdir()):
        image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        decoded[path.name] = digest(image)
    image = Image.open(FOLDER / "cup.progressive.jpg").convert("RGB")
    for size in ((17, 40), (100, 30), (48, 30), (20, 64), (131, 150), (40, 11), (1, 1), (47, 63)):
        for resample in range(6):
            resized.append({"resample": resample, **digest(image.resize(size, resample))})
    (HERE / "pillow.json").write_text(json.dumps({"decoded": decoded, "resized": resized}, indent=1) + "\n")


if __name__ == "__main__":
    main()
