// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "evaluate/bootstrap.h"
#include "measure/prepared/space.h"

namespace vec2vec {

/// What a family hands back for each of its measures.
struct Estimate {
  std::string key;
  double value = 0;
  Interval interval;
  std::vector<double> null_values;
  Index rows = 0;
};

/// Permuted pairing p of n rows: of one seed, the same for all measures and spaces.
Pairing random_pairing(Index n, std::uint64_t seed, Index p);

/// How many of the asked permutations a null gets when each costs so many flops: what 1e12 flops pay for, but at least 10.
Index affordable_permutations(Index asked, double flops_each);

/// null[s][p]: statistic s of permuted pairing p. statistics(pairing, out) is called from up to `threads` threads.
using PairingStatistics = std::function<void(const Pairing& pairing, std::span<double> out)>;
std::vector<std::vector<double>> null_values(Index rows, Index permutations, std::size_t count,
                                             const PairingStatistics& statistics, const MeasureOptions& options,
                                             const char* stage, int threads);

/// Mean and 95 % range of null values: their quantiles from 40 values on, below that mean -+ t sd.
struct NullSummary {
  double mean = 0, low = 0, high = 0;
};
NullSummary summarize_null(std::vector<double> values);

/// value -+ t SE of the delete-a-group jackknife (Tukey 1958; Busing et al. 1999), without[g] being the statistic without group
/// g.
Interval jackknife_interval(double value, std::span<const double> without);

/// value -+ t SE, the folds' values taken as independent.
Interval fold_interval(double value, std::span<const double> folds);

/// Rows of a random order that belong to group g of `groups`: positions begin .. end - 1.
struct Range {
  Index begin = 0, end = 0;
  Index size() const { return end - begin; }
};
Range group_range(Index rows, Index groups, Index g);

/// The random order of n rows that groups and folds are cut from.
std::vector<Index> fold_order(Index n, std::uint64_t seed);

/// Throws Error{kInterrupted} when the progress functor says so.
void report(const MeasureOptions& options, const char* stage, double done);

constexpr Index kJackknifeGroups = 10;

}  // namespace vec2vec
