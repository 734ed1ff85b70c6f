// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <cstdint>
#include <limits>

#include "export/writers.h"
#include "io/binary/npy.h"
#include "neural/network.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// A zip archive of npy files, as they are, without compression.
class NpzWriter {
 public:
  void add(const std::string& name, const std::vector<Index>& shape, const float* data) {
    Index count = 1;
    for (const Index size : shape) count *= size;
    std::string file = make_npy_header("<f4", shape);
    file.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(count) * sizeof(float));
    add_file(name + ".npy", file);
  }

  std::string finish() {
    std::string end = std::string("PK\5\6", 4) + std::string(4, '\0');
    append(end, entries_, 2);
    append(end, entries_, 2);
    append(end, directory_.size(), 4);
    append(end, archive_.size(), 4);
    append(end, 0, 2);
    return archive_ + directory_ + end;
  }

 private:
  static void append(std::string& to, std::uint64_t value, int bytes) {
    for (int byte = 0; byte < bytes; ++byte) to += static_cast<char>(value >> (8 * byte));
  }

  void add_file(const std::string& name, const std::string& bytes) {
    const std::uint64_t begin = archive_.size();
    if (begin + bytes.size() > std::numeric_limits<std::uint32_t>::max() - (1u << 20))
      bad_input("the map is larger than the 4 GiB that an .npz file takes here");
    std::string facts;              // that both of its headers give
    append(facts, 0, 2);            // flags
    append(facts, 0, 2);            // as it is
    append(facts, 0x21u << 16, 4);  // the earliest time there is, so that equal maps give equal files
    append(facts, crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()), 4);
    append(facts, bytes.size(), 4);
    append(facts, bytes.size(), 4);
    append(facts, name.size(), 2);
    append(facts, 0, 2);  // no extra field
    const std::string version("\x14\x00", 2);
    archive_ += std::string("PK\3\4", 4) + version + facts + name + bytes;
    directory_ += std::string("PK\1\2", 4) + version + version + facts;
    append(directory_, 0, 2);  // no comment
    append(directory_, 0, 2);  // disk
    append(directory_, 0, 2);
    append(directory_, 0, 4);
    append(directory_, begin, 4);
    directory_ += name;
    ++entries_;
  }

  std::string archive_, directory_;
  std::uint64_t entries_ = 0;
};

}  // namespace

std::string npz_of(const Map& map) {
  NpzWriter npz;
  const auto add = [&](const std::string& name, MatrixView m) {
    if (m.rows == 1)
      npz.add(name, {m.cols}, m.data);
    else
      npz.add(name, {m.rows, m.cols}, m.data);
  };
  add("source.mean", map.source_mean);
  add("target.mean", map.target_mean);
  npz.add("target.spread", {}, &map.target_spread);
  npz.add("linear.weight", {map.weight.rows(), map.weight.cols()}, map.weight.data());
  if (!map.network) return npz.finish();
  npz.add("blend", {}, &map.blend);
  for (const neural::Slot& slot : map.network->parameters.slots) add(slot.name, map.network->parameters.value(slot));
  const auto shapes = neural::Network::parse(map.network->describe(), "map");
  const auto stages = static_cast<float>(shapes.size());
  npz.add("neural.stages", {}, &stages);
  for (std::size_t s = 0; s < shapes.size(); ++s) {
    const float identity = shapes[s].skip == neural::Skip::kIdentity ? 1.0f : 0.0f, depth = static_cast<float>(shapes[s].depth);
    npz.add("neural." + std::to_string(s) + ".depth", {}, &depth);
    npz.add("neural." + std::to_string(s) + ".identity", {}, &identity);
  }
  return npz.finish();
}

}  // namespace vec2vec
