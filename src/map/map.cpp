// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/map.h"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/boundary.h"
#include "core/matrix/gemm_rows.h"
#include "core/text/json.h"
#include "io/binary/safetensors.h"
#include "io/file/atomic_file.h"
#include "neural/network.h"
#include "space/unit.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace {

// Versions of the file format. A program must refuse maps that it would apply wrongly.
constexpr int kLinearVersion = 1, kNeuralVersion = 2, kBlendedVersion = 3, kSeveralVersion = 4, kLastVersion = 4;

void add_mean(MatrixSpan rows, MatrixView mean, float spread) {
  for (Index i = 0; i < rows.rows; ++i)
    for (Index c = 0; c < rows.cols; ++c) rows.row(i)[c] = rows.row(i)[c] * spread + mean.data[c];
}

/// y becomes (1 - part) unit(x) + part unit(y), row by row.
void mix(Matrix& x, float part, MatrixSpan y) {
  normalise_rows(x.span());
  normalise_rows(y);
  for (Index i = 0; i < y.rows; ++i)
    for (Index c = 0; c < y.cols; ++c) y.row(i)[c] = (1 - part) * x(i, c) + part * y.row(i)[c];
}

Matrix read_tensor(const MappedFile& file, const SafetensorsHeader& header, const std::string& name) {
  const auto found = header.tensors.find(name);
  if (found == header.tensors.end())
    bad_input("the map lacks tensor '" + name + "'", file.path(), "make it again with `align()`");
  const TensorInfo& t = found->second;
  const auto bytes = t.end - t.begin;
  const auto limit = static_cast<Index>(file.size());
  if (t.dtype != "F32" || t.shape.size() != 2 || t.shape[0] <= 0 || t.shape[1] <= 0 || t.shape[0] > limit ||
      t.shape[1] > limit || static_cast<std::uint64_t>(t.shape[0]) * static_cast<std::uint64_t>(t.shape[1]) * 4 != bytes)
    bad_input("tensor '" + name + "' of the map is malformed", file.path(), "make it again with `align()`");
  Matrix m(t.shape[0], t.shape[1]);
  std::memcpy(m.data(), file.data() + t.begin, bytes);
  for (Index i = 0; i < m.rows() * m.cols(); ++i)
    if (!std::isfinite(m.data()[i])) bad_input("tensor '" + name + "' of the map holds NaN or infinity", file.path());
  return m;
}

/// The layers of a neural map, each of the size that the description of them says.
std::shared_ptr<const neural::Network> read_network(const MappedFile& file, const SafetensorsHeader& header,
                                                    const std::string& layers) {
  const auto shapes = neural::Network::parse(layers, file.path());
  // No more is allocated than the file holds.
  double values = 0;
  for (const auto& s : shapes)
    for (int layer = 0; layer < s.depth; ++layer)
      values +=
          static_cast<double>(layer == 0 ? s.in : s.hidden) * static_cast<double>(layer + 1 == s.depth ? s.out : s.hidden);
  if (values * sizeof(float) > static_cast<double>(file.size()))
    bad_input("the layers of the map do not fit its tensors", file.path(), "make it again with `align()`");
  auto network = std::make_shared<neural::Network>(shapes);
  for (const neural::Slot& slot : network->parameters.slots) {
    const Matrix tensor = read_tensor(file, header, slot.name);
    if (tensor.rows() != slot.rows || tensor.cols() != slot.cols)
      bad_input("tensor '" + slot.name + "' of the map has an unexpected shape", file.path(), "make it again with `align()`");
    std::copy_n(tensor.data(), slot.size(), network->parameters.value(slot).data);
  }
  return network;
}

/// Where tensors of the k-th of several known spaces are: "target.0.mean".
std::string target_tensor(std::size_t k, const char* what) { return "target." + std::to_string(k) + "." + what; }

/// The known spaces of a map of several.
std::vector<Target> read_targets(const MappedFile& file, const SafetensorsHeader& header, const nlohmann::json& list) {
  std::vector<Target> targets;
  for (const auto& entry : list)
    targets.push_back({entry.at("name").get<std::string>(), read_tensor(file, header, target_tensor(targets.size(), "mean")),
                       entry.at("spread").get<float>(), read_tensor(file, header, target_tensor(targets.size(), "weight"))});
  return targets;
}

/// The map that the bytes of a safetensors file hold.
Map read_map(const MappedFile& file) {
  const SafetensorsHeader header = read_safetensors_header(file);
  auto metadata = [&](const char* key) {
    const auto found = header.metadata.find(key);
    return found == header.metadata.end() ? std::string() : found->second;
  };
  if (metadata("format") != "vec2vec-map")
    bad_input("a safetensors file, but not a vec2vec map", file.path(), "make one with `align()`");
  int version = kLinearVersion;
  while (version <= kLastVersion && metadata("version") != std::to_string(version)) ++version;
  if (version > kLastVersion)
    bad_input("the map has format version '" + metadata("version") + "', this program reads versions " +
                  std::to_string(kLinearVersion) + " to " + std::to_string(kLastVersion),
              file.path(), "use the vec2vec release that made it, or a newer one");
  Map map;
  map.source_mean = read_tensor(file, header, "source.mean");
  map.target_mean = read_tensor(file, header, "target.mean");
  map.weight = read_tensor(file, header, "linear.weight");
  map.source_axes = read_tensor(file, header, "source.axes");
  if (header.tensors.contains("support.centres"))
    map.support = {read_tensor(file, header, "support.centres"), read_tensor(file, header, "support.quantiles")};
  if (version == kNeuralVersion || version == kBlendedVersion) map.network = read_network(file, header, metadata("layers"));
  try {
    map.card = metadata("card");
    const auto card = parse_json(map.card);
    map.target_spread = card.at("target_spread").get<float>();
    map.source_share = card.at("source_share").get<double>();
    if (version == kBlendedVersion) map.blend = card.at("blend").get<float>();
    if (version == kSeveralVersion) map.components = read_tensor(file, header, "consensus.components");
    if (version == kSeveralVersion) map.targets = read_targets(file, header, card.at("targets"));
  } catch (const nlohmann::json::exception& error) {
    bad_input(std::string("the map's card is malformed: ") + error.what(), file.path(), "make it again with `align()`");
  }
  map.validate(file.path());
  return map;
}

}  // namespace

void Map::validate(const std::string& where) const {
  const auto require = [&](bool holds, const std::string& what) {
    if (!holds) bad_input(what, where, "make it again with `align()`");
  };
  const auto is = [](const Matrix& m, Index rows, Index cols) { return m.rows() == rows && m.cols() == cols; };
  const Index in = source_dim(), out = target_dim();
  require(in > 0 && out > 0 && is(source_mean, 1, in) && is(target_mean, 1, out) &&
              (source_axes.rows() == 0 || source_axes.cols() == in),
          "the tensors of the map do not fit together");
  if (support.centres.rows() > 0 || support.quantiles.rows() > 0)
    require(support.centres.cols() == in && support.quantiles.rows() == 1 && support.quantiles.cols() >= 2,
            "the support of the map does not fit its tensors");
  if (network) require(network->in() == in && network->out() == out, "the layers of the map do not fit its tensors");
  require(blend >= 0 && blend <= 1, "the map's blend does not lie within 0 and 1");
  Index known = 0;
  for (const Target& t : targets) {
    require(is(t.mean, 1, t.weight.cols()) && t.weight.rows() == in,
            "the tensors of target '" + t.name + "' do not fit the map");
    known += t.weight.cols();
  }
  require(targets.empty() || is(components, known, out), "the known spaces of the map do not make up its consensus");
}

void Map::translate_centred(MatrixView in, MatrixSpan out) const try {
  Matrix u(in.rows, in.cols);
  for (Index i = 0; i < in.rows; ++i) std::memcpy(u.row(i), in.row(i), static_cast<std::size_t>(in.cols) * sizeof(float));
  normalise_rows(u.span());
  for (Index i = 0; i < in.rows; ++i)
    for (Index c = 0; c < in.cols; ++c) u(i, c) -= source_mean(0, c);
  if (network) {
    normalise_rows(u.span());
    with_enough_rows(u, out, [&](MatrixView x, MatrixSpan y) { network->apply(x, y); });
    if (blend < 1) {
      Matrix line(out.rows, out.cols);
      gemm_rows(u, weight, false, line.span());
      mix(line, blend, out);
    }
  } else {
    gemm_rows(u, weight, false, out);  // the scale of u cancels in the next line
  }
  normalise_rows(out);
} catch (...) {
  rethrow_as_error();
}

void Map::translate(MatrixView in, MatrixSpan out) const try {
  translate_centred(in, out);
  add_mean(out, target_mean, target_spread);
  normalise_rows(out);
} catch (...) {
  rethrow_as_error();
}

std::string Map::to_bytes() const try {
  validate();
  std::vector<std::pair<std::string, MatrixView>> tensors = {
      {"source.mean", source_mean}, {"target.mean", target_mean}, {"linear.weight", weight}, {"source.axes", source_axes}};
  if (support.centres.rows() > 0) {
    tensors.emplace_back("support.centres", support.centres);
    tensors.emplace_back("support.quantiles", support.quantiles);
  }
  if (network)
    for (const neural::Slot& slot : network->parameters.slots) tensors.emplace_back(slot.name, network->parameters.value(slot));
  if (!targets.empty()) tensors.emplace_back("consensus.components", components);
  for (std::size_t k = 0; k < targets.size(); ++k) {
    tensors.emplace_back(target_tensor(k, "mean"), targets[k].mean);
    tensors.emplace_back(target_tensor(k, "weight"), targets[k].weight);
  }
  std::vector<TensorSpec> specs;
  for (const auto& [name, m] : tensors)
    specs.push_back({name, "F32", {m.rows, m.cols}, static_cast<std::uint64_t>(m.rows * m.cols) * sizeof(float)});
  const int format_version = !targets.empty() ? kSeveralVersion
                             : !network       ? kLinearVersion
                             : blend < 1      ? kBlendedVersion
                                              : kNeuralVersion;
  auto details = card.empty() ? nlohmann::ordered_json::object() : parse_ordered_json(card);
  details["format_version"] = format_version;
  details["library_version"] = version();
  details["target_spread"] = target_spread;
  details["source_share"] = source_share;
  if (format_version == kBlendedVersion) details["blend"] = blend;
  if (!targets.empty()) details["targets"] = nlohmann::ordered_json::array();
  for (const Target& t : targets)
    details["targets"].push_back({{"name", t.name}, {"dim", t.weight.cols()}, {"spread", t.spread}});
  std::map<std::string, std::string> metadata = {
      {"format", "vec2vec-map"}, {"version", std::to_string(format_version)}, {"card", json_text(details)}};
  if (network) metadata["layers"] = network->describe();
  std::string bytes = make_safetensors_header(specs, metadata);
  for (const auto& [name, m] : tensors)
    bytes.append(reinterpret_cast<const char*>(m.data), static_cast<std::size_t>(m.rows * m.cols) * sizeof(float));
  return bytes;
} catch (...) {
  rethrow_as_error();
}

void Map::save(const std::string& path, bool overwrite) const try { write_file(path, to_bytes(), overwrite); } catch (...) {
  rethrow_as_error();
}

Map Map::load(const std::string& path) try { return read_map(MappedFile(path)); } catch (...) {
  rethrow_as_error();
}

Map Map::from_bytes(std::string_view bytes, const std::string& name) try {
  return read_map(MappedFile::of_memory(bytes, name));
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
