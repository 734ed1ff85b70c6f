# SPDX-License-Identifier: Apache-2.0
"""The sample that Spark and Ray draw: uniform, and the same however the rows are split."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from conftest import Load
from vec2vec_cpp import BadInputError
from vec2vec_cpp._draw import ALL, as_table, hashes, pick, smallest, threshold
from vec2vec_cpp._rows import Float32


def lists(rows: Float32) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])


def draw_from(parts: list[Float32], rows: int, seed: int, total: int | None = None) -> Float32:
    def draw(below: int) -> tuple[list[int], list[bytes]]:
        tables = [as_table(*pick(lists(part), seed, below, "it")) for part in parts]
        columns = pa.concat_tables(tables)
        return columns["hash"].to_pylist(), columns["vector"].to_pylist()

    return smallest(rows, sum(map(len, parts)) if total is None else total, draw, "it")


def test_hashes_are_uniform_and_independent_of_each_other(demo: Load) -> None:
    rows = demo("minilm.a")  # float16 numbers: the low bits of every value are zero
    found = hashes(rows, 1)
    for bit in (63, 62, 40, 20, 0):
        share = ((found >> np.uint64(bit)) & np.uint64(1)).mean()
        assert abs(share - 0.5) < 4 * 0.5 / len(rows) ** 0.5, bit
    counts = np.histogram((found >> np.uint64(40)).astype(float), bins=50, range=(0, 2**24))[0]
    assert ((counts - 120) ** 2 / 120).sum() < 95  # chi-squared, 49 degrees of freedom: 99.99 %
    other = hashes(rows, 2)
    assert abs(np.corrcoef(found.astype(float), other.astype(float))[0, 1]) < 4 / len(rows) ** 0.5
    single = rows.copy()
    single[:, 100] += 1e-3
    assert (hashes(single, 1) != found).all()


def test_every_row_is_as_likely_as_any_other(demo: Load) -> None:
    rows = demo("minilm.eval")[:100]
    times = np.zeros(100)
    for seed in range(400):
        drawn = draw_from([rows], 25, seed)
        assert drawn.shape == (25, 384)
        times += (rows[:, None, :8] == drawn[None, :, :8]).all(axis=2).any(axis=1)
    assert times.sum() == 400 * 25
    assert abs(times - 100).max() < 4.5 * (400 * 0.25 * 0.75) ** 0.5


def test_the_split_does_not_matter(demo: Load) -> None:
    rows = demo("minilm.eval")
    whole = draw_from([rows], 100, 7)
    shuffled = np.random.default_rng(0).permutation(rows)
    parts = [part for part in np.split(shuffled, [1, 2, 400, 999])]
    assert draw_from(parts, 100, 7).tobytes() == whole.tobytes()
    assert draw_from(parts, 100, 8).tobytes() != whole.tobytes()
    assert len(draw_from(parts, 5000, 7)) == 1000  # all there are


def test_repeats_count_once_and_cost_passes_only(demo: Load) -> None:
    rows = demo("minilm.eval")
    many = np.concatenate([rows[:300], np.repeat(rows[300:301], 20000, axis=0)])
    assert draw_from([many], 200, 0).tobytes() == draw_from([rows[:301]], 200, 0).tobytes()
    assert threshold(10, 5) == ALL and 0 < threshold(20000, 10**11) < 2**44


def test_bad_input(demo: Load) -> None:
    with pytest.raises(BadInputError, match="no vectors"):
        draw_from([demo("minilm.eval")[:0]], 10, 0)
    with pytest.raises(BadInputError, match="several dimensions"):
        draw_from([demo("minilm.eval")[:3], demo("mpnet.eval")[:3]], 10, 0)
