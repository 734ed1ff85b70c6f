// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/portrait.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/boundary.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "inspect/spectrum.h"
#include "portrait/groups.h"
#include "portrait/nearest.h"
#include "portrait/plane.h"
#include "space/kmeans.h"
#include "space/sample.h"
#include "space/unit.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index kMostRows = 20000;  // a side
constexpr Index kSpectrumRows = 8000;
constexpr std::size_t kDirections = 64;  // of a spectrum
constexpr std::size_t kLongestText = 160;

double rounded(double x, double unit) { return std::round(x / unit) * unit; }

/// The text as a page shows it: not cut within a character of UTF-8.
std::string shortened(const std::string& text) {
  if (text.size() <= kLongestText) return text;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "\xE2\x80\xA6";
}

/// One side of the portrait: the rows that are shown, their numbers in their file, and their texts.
struct Side {
  Index rows = 0, given = 0, in_file = 0;
  const std::vector<std::string>* texts = nullptr;

  Side(Index given_rows, Index rows_in_file, const std::vector<std::string>& their_texts)
      : rows(std::min(given_rows, kMostRows)),
        given(given_rows),
        in_file(rows_in_file > 0 ? rows_in_file : given_rows),
        texts(&their_texts) {}

  Index index(Index i) const { return spread_row(i, rows, given); }
  Index number(Index i) const { return spread_row(index(i), given, in_file); }
  std::string text(Index i) const { return texts->empty() ? "" : (*texts)[static_cast<std::size_t>(index(i))]; }

  /// The row in JSON, with its text if there is one.
  Json named(Index i) const {
    Json json = {{"row", number(i)}};
    if (!texts->empty()) json["text"] = shortened(text(i));
    return json;
  }
};

/// A space that rows are translated into: rows (n, d) of the source there and rows (m, d) of the target, centred and of norm 1.
struct Meeting {
  std::string name;
  Matrix translated, target;
};

Json spectrum_json(MatrixView rows, int threads) {
  const SpreadRows sample(rows, kSpectrumRows);
  Matrix copy = padded(sample, rows.cols);
  scale_rows_to_unit(copy.span(), threads);
  const std::vector<double> shares = variance_shares(copy.span(), threads);
  Json spectrum = Json::array();
  for (std::size_t k = 0; k < std::min(kDirections, shares.size()); ++k) spectrum.push_back(rounded(shares[k], 1e-6));
  return {{"spectrum", spectrum}, {"effective_rank", effective_rank(shares)}};
}

Json points(MatrixView placed) {
  Json json = Json::array();
  for (Index i = 0; i < placed.rows; ++i) json.push_back({rounded(placed.row(i)[0], 1e-4), rounded(placed.row(i)[1], 1e-4)});
  return json;
}

std::vector<Index> spread(Index count, Index n) {
  std::vector<Index> found;
  for (Index i = 0; i < std::min(count, n); ++i) found.push_back(spread_row(i, std::min(count, n), n));
  return found;
}

std::vector<int> groups_at(const std::vector<int>& of, const std::vector<Index>& rows) {
  std::vector<int> found;
  for (const Index i : rows) found.push_back(of[static_cast<std::size_t>(i)]);
  return found;
}

/// Collects the parts of the portrait.
class Portrait {
 public:
  Portrait(const Map& map, const AlignProblem& problem, const PortraitOptions& options)
      : map_(map),
        problem_(problem),
        options_(options),
        threads_(thread_count(options.threads)),
        sides_{{problem.source.rows, options.source_rows_in_file, options.source_texts},
               {problem.target.rows, options.target_rows_in_file, options.target_texts}} {
    known_.push_back({problem.target, problem.target_name});
    known_.insert(known_.end(), problem.more_targets.begin(), problem.more_targets.end());
    require_fit();
  }

  std::string make() {
    constexpr const char* kStage = "draw the report";
    tell(options_.progress, kStage, 0);
    meet();
    tell(options_.progress, kStage, 0.3);
    spaces();
    tell(options_.progress, kStage, 0.5);
    groups();
    views();
    tell(options_.progress, kStage, 0.7);
    nearest();
    tell(options_.progress, kStage, 1);
    return json_text(json_);
  }

 private:
  void require_fit() const {
    const auto dims = [&](Index rows, Index wanted, const std::string& what) {
      if (rows != wanted)
        bad_input("have dimension " + std::to_string(rows) + ", but the map's is " + std::to_string(wanted), what,
                  "give the rows that the map was found with, or others of the same models");
    };
    dims(problem_.source.cols, map_.source_dim(), "rows of the source");
    if (known_.size() != std::max<std::size_t>(1, map_.targets.size()))
      bad_input("are " + std::to_string(known_.size()) + "; the map has " + std::to_string(map_.targets.size()),
                "the known spaces", "give the known spaces of the map, in its order");
    if (map_.targets.empty()) dims(problem_.target.cols, map_.target_dim(), "rows of the target");
  }

  /// Source and target in one space, or in the consensus and in each of several.
  void meet() {
    const SpreadRows source(problem_.source, kMostRows);
    const auto add = [&](const std::string& name, const Map& map, MatrixView target) {
      Meeting& meeting = meetings_.emplace_back();
      meeting.name = name;
      meeting.translated = Matrix(MatrixView(source).rows, map.target_dim());
      map.translate_centred(source, meeting.translated.span());
      meeting.target = centre_by(target, map.target_mean);
    };
    std::vector<SpreadRows> known;
    std::vector<MatrixView> views;
    known.reserve(known_.size());
    for (const KnownSpace& space : known_) views.push_back(known.emplace_back(space.rows, kMostRows));
    if (map_.targets.empty()) return add(known_[0].name, map_, views[0]);
    add("consensus", map_, map_.consensus(views));
    for (std::size_t k = 0; k < known_.size(); ++k) add(map_.targets[k].name, map_.to(map_.targets[k].name), views[k]);
  }

  void spaces() {
    json_["source"] = {{"name", problem_.source_name}, {"rows", sides_[0].in_file}, {"dim", map_.source_dim()}};
    json_["source"].update(spectrum_json(problem_.source, threads_));
    for (std::size_t k = 0; k < known_.size(); ++k) {
      Json target = {{"name", known_[k].name}, {"rows", sides_[1].in_file}, {"dim", known_[k].rows.cols}};
      target.update(spectrum_json(known_[k].rows, threads_));
      const Meeting& meeting = meetings_[meetings_.size() > 1 ? k + 1 : 0];
      target["translated_spectrum"] = spectrum_json(meeting.translated, threads_)["spectrum"];
      json_["targets"].push_back(std::move(target));
    }
  }

  void groups() {
    const Groups found = make_groups(meetings_[0].target, options_.groups, options_.seed);
    of_[1] = found.of;
    of_[0] = nearest_centroids(meetings_[0].translated, found.middles);
    group_count_ = found.middles.rows();
    std::vector<std::string> texts;
    std::vector<int> of;
    for (std::size_t s = 0; s < 2; ++s) {
      if (sides_[s].texts->empty()) continue;
      for (Index i = 0; i < sides_[s].rows; ++i) texts.push_back(sides_[s].text(i));
      of.insert(of.end(), of_[s].begin(), of_[s].end());
    }
    const auto words = group_words(texts, of, group_count_, 3);
    for (Index g = 0; g < group_count_; ++g) {
      const auto size = [&](const std::vector<int>& rows) { return std::count(rows.begin(), rows.end(), static_cast<int>(g)); };
      json_["groups"].push_back(
          {{"words", words[static_cast<std::size_t>(g)]}, {"source_rows", size(of_[0])}, {"target_rows", size(of_[1])}});
    }
  }

  void views() {
    const char* names[] = {"source", "target"};
    for (std::size_t s = 0; s < 2; ++s) {
      drawn_[s] = spread(options_.drawn, sides_[s].rows);
      Json& drawn = json_["drawn"][names[s]] = {{"row", Json::array()}, {"group", groups_at(of_[s], drawn_[s])}};
      for (const Index i : drawn_[s]) {
        drawn["row"].push_back(sides_[s].number(i));
        if (!sides_[s].texts->empty()) drawn["text"].push_back(shortened(sides_[s].text(i)));
      }
    }
    before();
    for (const Meeting& meeting : meetings_) {
      const Matrix source = gather(meeting.translated, drawn_[0]), target = gather(meeting.target, drawn_[1]);
      const Plane plane = plane_of({source, target}, group_means(meeting.target, of_[1], group_count_));
      json_["after"].push_back({{"space", meeting.name}, {"source", points(plane.sets[0])}, {"target", points(plane.sets[1])}});
    }
  }

  /// The rows as they are given, in one system of coordinates: the shorter ones with zeros behind them.
  void before() {
    const Index wide = std::max(problem_.source.cols, known_[0].rows.cols);
    std::vector<Index> given[2];
    Matrix rows[2];
    Matrix means(2 * group_count_, wide);
    for (std::size_t s = 0; s < 2; ++s) {
      for (const Index i : drawn_[s]) given[s].push_back(sides_[s].index(i));
      rows[s] = padded(gather(s == 0 ? problem_.source : known_[0].rows, given[s]), wide);
      normalise_rows(rows[s].span());
      const Matrix of_side = group_means(rows[s], groups_at(of_[s], drawn_[s]), group_count_);
      std::copy_n(of_side.data(), group_count_ * wide, means.row(static_cast<Index>(s) * group_count_));
    }
    const Plane plane = plane_of({rows[0], rows[1]}, means);
    json_["before"] = {{"space", known_[0].name}, {"source", points(plane.sets[0])}, {"target", points(plane.sets[1])}};
  }

  void nearest() {
    const Meeting& meeting = meetings_[0];
    const Matrix source = gather(meeting.translated, drawn_[0]), target = gather(meeting.target, drawn_[1]);
    const auto to_target = nearest_candidates(source, meeting.target, 1, threads_);
    const auto within_target = nearest_candidates(target, meeting.target, 1, threads_, drawn_[1]);
    for (const auto& near : to_target) json_["nearest"]["translated"].push_back(rounded(near[0].second, 1e-4));
    for (const auto& near : within_target) json_["nearest"]["target"].push_back(rounded(near[0].second, 1e-4));
    examples("of_source", meeting.translated, sides_[0], meeting.target, sides_[1]);
    examples("of_target", meeting.target, sides_[1], meeting.translated, sides_[0]);
    far(to_target);
  }

  /// The nearest three rows of the other side, for rows spread over this one; mutual: this row is the nearest to the first of
  /// them.
  void examples(const char* name, MatrixView rows, const Side& side, MatrixView others, const Side& other_side) {
    const std::vector<Index> shown = spread(options_.examples, rows.rows);
    const auto near = nearest_candidates(gather(rows, shown), others, 3, threads_);
    std::vector<Index> first;
    for (const auto& found : near) first.push_back(found[0].first);
    const auto back = nearest_candidates(gather(others, first), rows, 1, threads_);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      Json example = side.named(shown[i]);
      example["mutual"] = back[i][0].first == shown[i];
      for (const auto& [row, cosine] : near[i]) {
        Json other = other_side.named(row);
        other["cosine"] = rounded(cosine, 1e-4);
        example["nearest"].push_back(std::move(other));
      }
      json_[name].push_back(std::move(example));
    }
  }

  /// The drawn rows whose nearest row of the target is the furthest away.
  void far(const std::vector<std::vector<Near>>& to_target) {
    std::vector<std::size_t> order(to_target.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return to_target[a][0].second < to_target[b][0].second; });
    order.resize(std::min(order.size(), static_cast<std::size_t>(options_.examples)));
    json_["far"] = Json::array();
    for (const std::size_t i : order) {
      Json row = sides_[0].named(drawn_[0][i]);
      row["cosine"] = rounded(to_target[i][0].second, 1e-4);
      row["nearest"] = sides_[1].named(to_target[i][0].first);
      json_["far"].push_back(std::move(row));
    }
  }

  const Map& map_;
  const AlignProblem& problem_;
  const PortraitOptions& options_;
  const int threads_;
  const Side sides_[2];
  std::vector<KnownSpace> known_;
  std::vector<Meeting> meetings_;  // the first is that of groups and neighbours
  std::vector<int> of_[2];         // the group of each row of either side
  std::vector<Index> drawn_[2];
  Index group_count_ = 0;
  Json json_;
};

}  // namespace

void PortraitOptions::validate(Index source_rows, Index target_rows) const {
  const auto within = [](Index value, Index low, Index high, const char* name) {
    if (value < low || value > high)
      bad_input("must not be " + std::to_string(value), name, "from " + std::to_string(low) + " to " + std::to_string(high));
  };
  within(drawn, 16, 5000, "rows drawn a side");
  within(groups, 2, 8, "groups of rows");
  within(examples, 1, 200, "rows given as examples");
  const auto one_a_row = [](const std::vector<std::string>& texts, Index rows, const char* name) {
    if (!texts.empty() && static_cast<Index>(texts.size()) != rows)
      bad_input("are " + std::to_string(texts.size()) + " for " + std::to_string(rows) + " rows", name,
                "one text a row, in the same order");
  };
  one_a_row(source_texts, source_rows, "`PortraitOptions::source_texts`");
  one_a_row(target_texts, target_rows, "`PortraitOptions::target_texts`");
}

std::string portrait(const Map& map, const AlignProblem& problem, const PortraitOptions& options) try {
  options.validate(problem.source.rows, problem.target.rows);
  return Portrait(map, problem, options).make();
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
