# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of bench/quality/atlas.py that needs no package."""

import math
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from benchlib.atlas.competence import ndcg_at_10
from benchlib.atlas.encoders import TEXT, Encoder, words_of
from benchlib.atlas.trend import traits_csv, trend_records


class Atlas(unittest.TestCase):
    def test_ndcg_is_1_for_the_best_order_and_counts_places_by_their_logarithm(self):
        grades = {"a": 2.0, "b": 1.0}
        assert ndcg_at_10(["a", "b", "x"], grades) == 1
        assert ndcg_at_10(["x", "y"], grades) == 0
        best = 3 + 1 / math.log2(3)
        assert math.isclose(ndcg_at_10(["b", "a"], grades), (1 + 3 / math.log2(3)) / best)
        assert math.isclose(ndcg_at_10(["x", "a"], {"a": 1.0}), 1 / math.log2(3))
        many = {str(i): 1.0 for i in range(20)}  # no more than ten can be found
        assert ndcg_at_10([str(i) for i in range(10)], many) == 1

    def test_traits_are_means_and_empty_where_they_are_unknown(self):
        models = [Encoder("one", "x", 2.5), Encoder("two", "y", 0)]
        assert traits_csv(models, {"one": {"search": 0.5, "labels": 0.7}}) == "name,family,competence,parameters\none,x,0.600000,2.5\ntwo,y,,\n"

    def test_trends_carry_the_points_of_known_spaces(self):
        agreement = {"measure": "cka", "with": "all others", "adjusted": True, "of_space": [0.1, 0.2, None]}
        spaces = [{"name": name, "family": "", "values": [value]} for name, value in (("a", 1.0), ("b", None), ("c", 3.0))]
        trend = {"agreement": 0, "trait": 0, "spaces": 1, "rank_correlation": 1.0, "low": 0.5, "high": 1.0, "p_value": 0.1}
        grid = {"agreement": {"traits": ["competence"], "spaces": spaces, "agreements": [agreement], "trends": [trend]}}
        (record,) = trend_records("general", grid)
        assert record["points"] == {"a": [1.0, 0.1]}
        assert (record["trait"], record["with"], record["p_value"]) == ("competence", "all others", 0.1)

    def test_the_atlas_has_twelve_models_and_its_forms_name_their_originals(self):
        models = [encoder.name for encoder in TEXT if not encoder.form_of]
        assert len(models) == 12
        assert all(encoder.form_of in models for encoder in TEXT if encoder.form_of)

    def test_words_are_lower_case_without_marks(self):
        assert words_of("What's U.S. policy?") == ["what", "s", "u", "s", "policy"]


if __name__ == "__main__":
    unittest.main()
