# SPDX-License-Identifier: Apache-2.0
"""Rows that are damaged on purpose."""

CASES = {
    "clean": "as the encoder made them",
    "duplicates": "half of the rows are copies of 20 rows",
    "outliers": "1 % of the rows are random directions",
    "corrupted": "1 % of the rows have a tenth of their values replaced by 100 times the largest",
    "unnormalised": "rows scaled by e^z, z standard normal",
    "dominating": "3 z w added to every row, of norm 1; z standard normal, w one random direction",
    "two-dominating": "the same with two directions, 3 z and 2 z",
    "offset": "the vector 3 w added to every row",
}
# Damage that an encoder itself would do.
ENCODERS_OWN = {"unnormalised", "dominating", "two-dominating", "offset"}


def damage(rows, case, encoder, part):
    """A damaged copy of rows (n, d). The directions w depend on the encoder. Which rows are damaged depends on the part alone, so that
    the oracle's pairs stay pairs. The random numbers of a row depend on both."""
    import numpy as np

    fixed = np.random.default_rng([len(encoder), *encoder.encode()])
    random, choice = np.random.default_rng([*encoder.encode(), part]), np.random.default_rng(part)
    rows = rows.astype(np.float32).copy()
    n, d = rows.shape
    directions = fixed.standard_normal((2, d)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    if case == "duplicates":
        copies = choice.choice(n, n // 2, replace=False)
        rows[copies] = rows[choice.integers(0, 20, len(copies))]
    elif case == "outliers":
        chosen = choice.choice(n, n // 100, replace=False)
        rows[chosen] = random.standard_normal((len(chosen), d)) / np.sqrt(d)
    elif case == "corrupted":
        for i in choice.choice(n, n // 100, replace=False):
            rows[i, random.choice(d, d // 10, replace=False)] = 100 * np.abs(rows[i]).max()
    elif case == "unnormalised":
        rows *= np.exp(random.standard_normal((n, 1)))
    elif case == "dominating":
        rows += 3 * random.standard_normal((n, 1)) * directions[:1]
    elif case == "two-dominating":
        rows += 3 * random.standard_normal((n, 1)) * directions[:1] + 2 * random.standard_normal((n, 1)) * directions[1:]
    elif case == "offset":
        rows += 3 * directions[:1]
    else:
        assert case == "clean", case
    return rows.astype(np.float32)
