#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `vec2vec measure` with the measures' definitions, written down again in numpy (dense, float64) from the papers and from the
formulas of the platonic-rep code, and with scipy and scikit-learn where they have the measure.

    bench/rivals/measure_agreement.py [--rows 1000] [--demo]

The data are two random spaces, two related ones, rows that all point nearly the same way (a constant coordinate of 50, 200 or 1,000 on one
side, 100 added to everything on both), and real embeddings. Prints the largest difference of each measure over all data; ends with exit
code 1 when one exceeds 1e-5 (iterative CCA of scikit-learn: 1e-4).
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import EVAL_FIRST, rows_of
from benchlib.env import DEMO, run_inside
from benchlib.run import add_program, find_program, parser_of, run_measured

K = 10
SIGMA = 0.8
TIE = 1e-6  # cosines that differ by less tie, and a tie counts half (src/evaluate/ranking.h)
TOLERANCE = 1e-5
LOOSE = {"svcca (scikit-learn)": 1e-4}  # its CCA iterates to a tolerance of 1e-6 in the directions


# --- the library's random choices, so that folds and anchors are the same ---------------------------------------------------------

MASK = 2**64 - 1
FOLDS, ANCHORS = 16, 17  # kFolds and kRelativeAnchors of Stream in src/core/random.h


def splitmix(x):
    """The next state of splitmix64, and its number."""
    x = (x + 0x9E3779B97F4A7C15) & MASK
    z = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return x, z ^ (z >> 31)


def numbers(seed, stream):
    """xoshiro256** of a seed and a stream (src/core/random.h)."""
    x = 0
    for word in (seed, stream, 0, 0):
        x = splitmix(x ^ word)[1]
    state = []
    for _ in range(4):
        x, number = splitmix(x)
        state.append(number)

    def rotl(v, k):
        return ((v << k) | (v >> (64 - k))) & MASK

    while True:
        yield (rotl((state[1] * 5) & MASK, 7) * 9) & MASK
        t = (state[1] << 17) & MASK
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= t
        state[3] = rotl(state[3], 45)


def shuffled(n, stream):
    draw, order = numbers(0, stream), list(range(n))
    for i in range(n, 1, -1):
        j = (next(draw) * i) >> 64
        order[i - 1], order[j] = order[j], order[i - 1]
    return order


def sampled(n, stream):
    draw, order = numbers(0, stream), list(range(n))
    for i in range(n):
        j = i + ((next(draw) * (n - i)) >> 64)
        order[i], order[j] = order[j], order[i]
    return order


# --- definitions --------------------------------------------------------------------------------------------------------------------


def unit(x):
    """Rows of norm 1."""
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def neighbours(x):
    s = x @ x.T
    np.fill_diagonal(s, -np.inf)
    return np.argsort(-s, axis=1, kind="stable")[:, :K]


def lcs(x, y):
    table = np.zeros((len(x) + 1, len(y) + 1), int)
    for i in range(len(x)):
        for j in range(len(y)):
            table[i + 1, j + 1] = table[i, j] + 1 if x[i] == y[j] else max(table[i, j + 1], table[i + 1, j])
    return table[-1, -1]


def edit(x, y):
    table = np.add.outer(np.arange(len(x) + 1), np.arange(len(y) + 1))
    for i in range(len(x)):
        for j in range(len(y)):
            table[i + 1, j + 1] = min(table[i, j + 1] + 1, table[i + 1, j] + 1, table[i, j] + (x[i] != y[j]))
    return table[-1, -1]


def hsic_unbiased(k, l):
    k, l, n = k - k.mean(), l - l.mean(), len(k)  # this changes rounding alone
    np.fill_diagonal(k, 0)
    np.fill_diagonal(l, 0)
    return ((k * l.T).sum() + k.sum() * l.sum() / ((n - 1) * (n - 2)) - 2 * (k @ l).sum() / (n - 2)) / (n * (n - 3))


def hsic_biased(k, l):
    k, l, n = k - k.mean(), l - l.mean(), len(k)
    h = np.eye(n) - 1 / n
    return np.trace(k @ h @ l @ h)


def ratio(hsic, k, l, epsilon=0.0):
    return hsic(k, l) / (np.sqrt(hsic(k, k) * hsic(l, l)) + epsilon)


def mask_of(near):
    mask = np.zeros((len(near), len(near)), bool)
    mask[np.arange(len(near))[:, None], near] = True
    return mask


def cknna(x, y, near_x, near_y, epsilon=0.0):
    k, l, mx, my = x @ x.T, y @ y.T, mask_of(near_x), mask_of(near_y)
    both = mx & my
    kl, kk, ll = hsic_unbiased(k * both, l * both), hsic_unbiased(k * mx, k * mx), hsic_unbiased(l * my, l * my)
    return kl / (np.sqrt(kk * ll) + epsilon)


def rbf(x, sigma):
    return np.exp(-np.maximum(2 - 2 * x @ x.T, 0) / (2 * sigma**2))


def by_lists(x, y, near_x, near_y):
    rows = range(len(x))
    mutual = np.mean([len(set(near_x[i]) & set(near_y[i])) for i in rows]) / K
    cycle = np.mean([any(i in near_x[j] for j in near_y[i]) for i in rows])
    back = np.mean([any(i in near_y[j] for j in near_x[i]) for i in rows])
    lengths = np.mean([lcs(near_x[i], near_y[i]) for i in rows])
    distances = np.mean([edit(near_x[i], near_y[i]) for i in rows])
    return mutual, cycle, back, lengths, distances


# Maps come from decompositions of the rows here; the library works on second moments.


def canonical(fit_x, fit_y, test_x, test_y, share, weighted):
    """Mean (or PWCCA's weighted mean) correlation on test rows of the canonical directions of fit rows."""
    bases = []
    for fit in (fit_x, fit_y):
        _, s, v = np.linalg.svd(fit - fit.mean(0), full_matrices=False)
        kept = int((s**2 > 1e-9 * s[0] ** 2).sum())
        if share < 1:
            kept = int(np.searchsorted(np.cumsum(s[:kept] ** 2), share * (s[:kept] ** 2).sum()) + 1)
        bases.append(v[:kept].T / s[:kept])
    if len(fit_x) <= bases[0].shape[1] + bases[1].shape[1] and (weighted or fit_x is not test_x):
        return np.nan  # some directions correlate perfectly whatever the data, and which ones is arbitrary
    variates = [(fit - fit.mean(0)) @ basis for fit, basis in zip((fit_x, fit_y), bases)]
    u, _, vt = np.linalg.svd(variates[0].T @ variates[1], full_matrices=False)
    a, b = (test_x - test_x.mean(0)) @ bases[0] @ u, (test_y - test_y.mean(0)) @ bases[1] @ vt.T
    correlations = (a * b).sum(0) / np.sqrt((a**2).sum(0) * (b**2).sum(0))
    if not weighted:
        return correlations.mean()
    smaller = 0 if bases[0].shape[1] <= bases[1].shape[1] else 1
    directions = variates[smaller] @ (u if smaller == 0 else vt.T)
    fit = (fit_x, fit_y)[smaller]
    weights = np.abs(directions.T @ (fit - fit.mean(0))).sum(1)
    return (correlations * weights).sum() / weights.sum()


def procrustes(fit_x, fit_y, test_x, test_y):
    u, s, vt = np.linalg.svd((fit_x - fit_x.mean(0)).T @ (fit_y - fit_y.mean(0)), full_matrices=False)
    u, vt = u[:, s > 1e-9 * s[0]], vt[s > 1e-9 * s[0]]
    a, b = test_x - test_x.mean(0), test_y - test_y.mean(0)
    return ((a @ u) * (b @ vt.T)).sum() / (np.linalg.norm(a) * np.linalg.norm(b))


def ridge(fit_x, fit_y, test_x, test_y):
    """R^2 on test rows; the penalty by generalised cross-validation, residuals and hat matrix written out."""
    mx, my, n = fit_x.mean(0), fit_y.mean(0), len(fit_x)
    x, y = fit_x - mx, fit_y - my
    scale = (x**2).sum() / n / x.shape[1]
    best = None
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    for share in (1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100):
        shrink = s**2 / (s**2 + n * share * scale)
        residual = ((y - u @ (shrink[:, None] * (u.T @ y))) ** 2).sum()
        left = 1 - (shrink.sum() + 1) / n
        criterion = residual / left**2 if left > 0 else np.inf
        if best is None or criterion < best[0]:
            best = (criterion, vt.T @ ((s / (s**2 + n * share * scale))[:, None] * (u.T @ y)))
    predicted = (test_x - mx) @ best[1] + my
    return 1 - ((predicted - test_y) ** 2).sum() / ((test_y - my) ** 2).sum()


def two_nn(x):
    near = neighbours(x)[:, :2]
    first, second = (np.linalg.norm(x - x[near[:, c]], axis=1) for c in (0, 1))
    logs = np.sort(np.log(np.maximum(second[first > 0] / first[first > 0], 1)))
    n = len(logs)
    kept = int(0.9 * n)
    y = -np.log(1 - np.arange(kept) / n)
    return (n - 1) / logs.sum(), (logs[:kept] * y).sum() / (logs[:kept] ** 2).sum()


def reference(x, y):
    """The values of the platonic-rep code, its steps in its order."""
    clipped = []
    for rows in (x, y):
        bound = np.quantile(np.abs(rows), 0.95, axis=1).mean()
        clipped.append(unit(np.clip(rows, -bound, bound)))
    a, b = clipped
    near_a, near_b = neighbours(a), neighbours(b)
    mutual, cycle, _, lengths, distances = by_lists(a, b, near_a, near_b)
    standard = [(r - r.mean(0)) / (r.std(0, ddof=1) + 1e-8) for r in clipped]
    u, v = (np.linalg.svd(r, full_matrices=False)[0][:, :10] for r in standard)
    from sklearn.cross_decomposition import CCA

    p, q = CCA(n_components=10, max_iter=20000, tol=1e-12).fit(u, v).transform(u, v)
    values = {
        "mutual_knn": mutual,
        "cycle_knn": cycle,
        "lcs_knn": lengths,
        "edit_distance_knn": 1 - distances / K,
        "cknna": cknna(a, b, near_a, near_b, 1e-6),
        "cka": ratio(hsic_biased, a @ a.T, b @ b.T, 1e-6),
        "unbiased_cka": ratio(hsic_unbiased, a @ a.T, b @ b.T, 1e-6),
        "cka_rbf": ratio(hsic_biased, rbf(a, 1), rbf(b, 1), 1e-6),
        "unbiased_cka_rbf": ratio(hsic_unbiased, rbf(a, 1), rbf(b, 1), 1e-6),
        "svcca": np.linalg.svd(u.T @ v, compute_uv=False).mean(),
        "svcca (scikit-learn)": np.mean([np.corrcoef(p[:, i], q[:, i])[0, 1] for i in range(10)]),
    }
    return {f"reference {name}": value for name, value in values.items()}


def definitions(x, y):
    from scipy.spatial import procrustes as scipy_procrustes
    from scipy.stats import spearmanr

    a, b = unit(x), unit(y)
    n = len(a)
    near_a, near_b = neighbours(a), neighbours(b)
    mutual, cycle, back, lengths, distances = by_lists(a, b, near_a, near_b)
    above = np.triu_indices(n, 1)
    order = shuffled(n, FOLDS)
    scores = []
    for f in range(5):
        test = order[n * f // 5 : n * (f + 1) // 5]
        fit = order[: n * f // 5] + order[n * (f + 1) // 5 :]
        parts = a[fit], b[fit], a[test], b[test]
        flipped = b[fit], a[fit], b[test], a[test]
        scores.append([canonical(*parts, 0.99, False), canonical(*parts, 1, True), procrustes(*parts), ridge(*parts), ridge(*flipped)])
    svcca, pwcca, turned, predicted, predicted_back = np.mean(scores, axis=0)
    in_sample = procrustes(a, b, a, b)
    width = max(a.shape[1], b.shape[1])
    padded = [np.pad(r, ((0, 0), (0, width - r.shape[1]))) for r in (a, b)]
    disparity = scipy_procrustes(*padded)[2]  # 1 - similarity^2, for it scales as well
    chosen = sampled(n, ANCHORS)
    count = min(256, n // 4)
    relative = []
    for rows in (a, b):
        r = rows[chosen[count:]] @ rows[chosen[:count]].T
        r -= r.mean(0)
        relative.append(r / np.linalg.norm(r, axis=1, keepdims=True))
    cosines = relative[0] @ relative[1].T
    lead = cosines - np.diag(cosines)[:, None]
    np.fill_diagonal(lead, -2)
    ranks = 1 + (lead > TIE).sum(1) + 0.5 * (np.abs(lead) <= TIE).sum(1)
    values = {
        "mutual_knn": mutual,
        "cycle_knn": cycle,
        "cycle_knn_back": back,
        "lcs_knn": lengths / K,
        "edit_knn": 1 - distances / K,
        "cknna": cknna(a, b, near_a, near_b),
        "cka": ratio(hsic_unbiased, a @ a.T, b @ b.T),
        "cka_biased": ratio(hsic_biased, a @ a.T, b @ b.T),
        "cka_rbf": ratio(hsic_unbiased, rbf(a, SIGMA), rbf(b, SIGMA)),
        "cka_rbf_biased": ratio(hsic_biased, rbf(a, SIGMA), rbf(b, SIGMA)),
        "rsa": spearmanr((a @ a.T)[above], (b @ b.T)[above]).statistic,
        "svcca": svcca,
        "svcca_biased": canonical(a, b, a, b, 0.99, False),
        "pwcca": pwcca,
        "pwcca_biased": canonical(a, b, a, b, 1, True),
        "procrustes_distance": np.sqrt(2 - 2 * turned),
        "procrustes_distance_biased": np.sqrt(2 - 2 * in_sample),
        "procrustes_distance_biased (scipy)": np.sqrt(2 - 2 * np.sqrt(1 - disparity)),
        "shape_metric": np.arccos(turned),
        "shape_metric_biased": np.arccos(in_sample),
        "predictivity": predicted,
        "predictivity_back": predicted_back,
        "relative_cosine": np.diag(cosines).mean(),
        "relative_top1": (ranks == 1).mean(),
        "relative_rank": ranks.mean(),
    }
    for side, rows in (("a", a), ("b", b)):
        values[f"{side} intrinsic_dimension"], values[f"{side} intrinsic_dimension_fit"] = two_nn(rows)
        s = rows @ rows.T
        values[f"{side} isotropy"] = 1 - (s.sum() - np.trace(s)) / (n * (n - 1))
    return values | reference(x, y)


def ours(program, x, y):
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / "a.npy", Path(folder) / "b.npy"]
        for file, rows in zip(files, (x, y)):
            np.save(file, rows.astype(np.float32))
        command = [program, "measure", *files, "--all", "--k", K, "--rbf-sigma", SIGMA, "--pair-rows", 0, "--permutations", 10, "--bootstrap", 0]
        command += ["--pool", len(x), "--against-reference", "--json", "--quiet"]
        told = run_measured(command)["json"]
    values = {key: m["value"] for key, m in told["measures"].items()}
    values |= {f"reference {key}": value for key, value in told["reference"].items()}
    for side in "ab":
        values |= {f"{side} intrinsic_dimension": told[side]["intrinsic_dimension"]["value"]}
        values |= {f"{side} intrinsic_dimension_fit": told[side]["intrinsic_dimension_fit"], f"{side} isotropy": told[side]["isotropy"]["value"]}
    return values


def data_sets(rows, demo):
    random = np.random.default_rng(1)
    x = random.normal(size=(rows, 20))
    yield "random, independent", x, random.normal(size=(rows, 30))
    y = x @ random.normal(size=(20, 30)) + 2 * random.normal(size=(rows, 30))
    yield "random, related", x, y
    for constant in (50, 200, 1000):
        z = x.copy()
        z[:, 7] = constant
        yield f"one coordinate {constant}", z, y
    yield "100 added to all", x + 100, y + 100
    if demo:
        yield "minilm, mpnet", *(np.load(DEMO / f"{name}.eval.npy")[:rows] for name in ("minilm", "mpnet"))
        return
    for pair in (("minilm", "mpnet"), ("minilm", "e5"), ("mpnet", "e5")):
        yield ", ".join(pair), *(rows_of(name, "general")[EVAL_FIRST : EVAL_FIRST + rows] for name in pair)


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    add_program(parser)
    parser.add_argument("--demo", action="store_true", help="the project's own data only")
    arguments = parser.parse_args()
    run_inside("measure-venv", ["numpy", "scipy", "scikit-learn"])
    global np
    import numpy as np

    program = find_program(arguments.vec2vec)

    worst = {}
    for name, x, y in data_sets(arguments.rows, arguments.demo):
        x, y = (np.asarray(rows, dtype=np.float32).astype(np.float64) for rows in (x, y))
        expected, found = definitions(x, y), ours(program, x, y)
        for key, value in expected.items():
            told = found[key.split(" (")[0]]
            difference = 0.0 if told is None and np.isnan(value) else abs((np.nan if told is None else told) - value)
            if key not in worst or difference > worst[key][0]:
                worst[key] = (difference, name, value)
    failed = False
    print(f"{'measure':<45}{'largest difference':>20}   value there, data")
    for key, (difference, name, value) in worst.items():
        bad = not difference <= LOOSE.get(key.removeprefix("reference "), TOLERANCE)
        failed = failed or bad
        print(f"{key:<45}{difference:>20.1e}   {value:.6f}, {name}{'   TOO LARGE' if bad else ''}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
