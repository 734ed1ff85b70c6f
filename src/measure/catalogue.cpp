// SPDX-License-Identifier: Apache-2.0
#include "measure/catalogue.h"

#include <algorithm>
#include <cmath>

namespace vec2vec {

const std::vector<MeasureInfo>& measure_catalogue() {
  static const std::string rows = "mean over rows; bootstrap of rows", jackknife = "; jackknife of 10 groups",
                           folds = "held-out rows of 5 folds; spread of the folds", in_sample = "in-sample" + jackknife;
  static const std::vector<MeasureInfo> all = {
      {"mutual_knn", "knn", "mutual k-NN", rows},
      {"cycle_knn", "knn", "cycle k-NN", rows, 1, false, "cycle_knn_back"},
      {"cycle_knn_back", "knn", "cycle k-NN, B then A", rows, 1, false, "cycle_knn"},
      {"lcs_knn", "knn", "LCS k-NN", "mean length / k; bootstrap of rows"},
      {"edit_knn", "knn", "edit-distance k-NN", "1 - mean distance / k; bootstrap of rows"},
      {"cknna", "cknna", "CKNNA", "unbiased HSIC of mutual neighbours" + jackknife},
      {"cka", "cka", "linear CKA", "unbiased HSIC" + jackknife},
      {"cka_biased", "cka", "linear CKA, biased", "biased HSIC" + jackknife, 1, true},
      {"cka_rbf", "pairs", "RBF CKA", "unbiased HSIC" + jackknife},
      {"cka_rbf_biased", "pairs", "RBF CKA, biased", "biased HSIC" + jackknife, 1, true},
      {"rsa", "pairs", "RSA (Spearman)", "all pairs of rows" + jackknife},
      {"svcca", "maps", "SVCCA", folds},
      {"svcca_biased", "maps", "SVCCA, biased", in_sample, 1, true},
      {"pwcca", "maps", "PWCCA", folds, 1, false, {}},
      {"pwcca_biased", "maps", "PWCCA, biased", in_sample, 1, true, {}},
      {"procrustes_distance", "maps", "Procrustes distance", folds, 0},
      {"procrustes_distance_biased", "maps", "Procrustes distance, biased", in_sample, 0, true},
      {"shape_metric", "maps", "shape metric (angle)", folds, 0},
      {"shape_metric_biased", "maps", "shape metric, biased", in_sample, 0, true},
      {"predictivity", "maps", "linear predictivity, B from A", folds, 1, false, "predictivity_back"},
      {"predictivity_back", "maps", "linear predictivity, A from B", folds, 1, false, "predictivity"},
      {"relative_cosine", "relative", "relative cosine", rows},
      {"relative_top1", "relative", "relative top-1", rows},
      {"relative_rank", "relative", "relative mean rank", rows, 1},
      {"identity_cosine", "identity", "identity cosine", rows},
      {"identity_top1", "identity", "identity top-1", rows},
      {"identity_rank", "identity", "identity mean rank", rows, 1},
  };
  return all;
}

const MeasureInfo* find_measure(std::string_view key) {
  const auto& all = measure_catalogue();
  const auto found = std::find_if(all.begin(), all.end(), [&](const MeasureInfo& info) { return info.key == key; });
  return found == all.end() ? nullptr : &*found;
}

bool lower_is_closer(const MeasureInfo& info) { return info.best == 0 || info.key.ends_with("_rank"); }

bool wanted(std::string_view key_or_family, const MeasureOptions& options) {
  if (options.only.empty()) return true;
  const auto& all = measure_catalogue();
  return std::any_of(all.begin(), all.end(), [&](const MeasureInfo& info) {
    const bool meant = info.key == key_or_family || info.family == key_or_family;
    return meant && std::any_of(options.only.begin(), options.only.end(),
                                [&](const std::string& asked) { return asked == info.key || asked == info.family; });
  });
}

}  // namespace vec2vec
