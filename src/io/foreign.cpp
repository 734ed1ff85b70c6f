// SPDX-License-Identifier: Apache-2.0
#include "io/foreign.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "vec2vec/error.h"

namespace vec2vec {
namespace {

/// What unpacks a file of this ending beside it; where it has another ending, into FILE.unpacked.
std::string unpacked_by(const std::string& program, const std::string& ending, const std::string& path) {
  const std::string in = shell_quoted(path);
  if (!path.ends_with(ending)) return "`" + program + " -dc < " + in + " > " + shell_quoted(path + ".unpacked") + "`";
  if (program == "lz4")  // which writes to a pipe where it can
    return "`lz4 -d " + in + " " + shell_quoted(path.substr(0, path.size() - ending.size())) + "`";
  return "`" + program + " -dk " + in + "`";
}

/// Nothing where the file has not so many.
std::string_view bytes_of(const MappedFile& file, std::uint64_t begin, std::uint64_t count) {
  if (begin > file.size() || count > file.size() - begin) return {};
  return file.bytes().substr(begin, count);
}

bool begins(const MappedFile& file, std::string_view magic) { return file.bytes().starts_with(magic); }

bool among_first(const MappedFile& file, std::string_view word, std::uint64_t count = 4096) {
  return file.bytes().substr(0, count).find(word) != std::string_view::npos;
}

/// Four letters (I and the kind), and the dimension.
bool is_faiss(const MappedFile& file) {
  const std::string_view kind = bytes_of(file, 1, 3);
  const auto letter = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return begins(file, "I") && kind.size() == 3 && std::all_of(kind.begin(), kind.end(), letter) && file.size() >= 8 &&
         file.word_at(4) <= 1'000'000;
}

/// A matrix with its two extents, and then the name.
bool is_usearch(const MappedFile& file) {
  const std::uint64_t matrix = static_cast<std::uint64_t>(file.word_at(0)) * file.word_at(4);
  return bytes_of(file, 8 + matrix, 7) == "usearch";
}

/// Of streams, the first message begins with FF FF FF FF and its length.
bool is_arrow(const MappedFile& file) {
  const std::uint32_t length = file.word_at(4);
  return begins(file, "ARROW1") || (begins(file, "\xFF\xFF\xFF\xFF") && length > 0 && length % 8 == 0 && length < (1u << 28));
}

/// A superblock stands at 0, or at 512, 1024, 2048 ... behind what its user put there (MATLAB does).
bool is_hdf5(const MappedFile& file) {
  const std::string_view magic("\x89HDF\r\n\x1a\n", 8);
  if (begins(file, magic)) return true;
  for (std::uint64_t at = 512; at <= (1u << 20) && at < file.size(); at *= 2)
    if (bytes_of(file, at, magic.size()) == magic) return true;
  return false;
}

/// Protocols 4 and 5 begin with a frame; those before end with a stop.
bool is_pickle(const MappedFile& file) {
  const std::string_view start = bytes_of(file, 0, 3);
  if (start.empty() || start[0] != '\x80' || start[1] < 2 || start[1] > 5) return false;
  return (start[1] >= 4 && start[2] == '\x95') || file.data()[file.size() - 1] == '.';
}

/// Two bytes for the level of compression, which text may begin with, too; bytes that no text holds are soon among the others.
bool is_zlib(const MappedFile& file) {
  const std::string_view start = bytes_of(file, 0, 2), first = file.bytes().substr(0, 1024);
  return (start == "x\x01" || start == "x\x5e" || start == "x\x9c" || start == "x\xda") &&
         std::any_of(first.begin(), first.end(), [](char c) { return c >= 0 && c < '\t'; });
}

std::string by_joblib(const std::string& path) {
  return numpy_command(path, "numpy.asarray(joblib.load(path), '<f4')", "joblib") +
         ", if you trust the file: pickles can run any program";
}

/// The format of PyTorch before 1.6: a pickled number first.
bool is_old_torch(const MappedFile& file) { return begins(file, "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19"); }

/// The name under which a pickled dictionary has its first tensor; empty for other pickles.
std::string first_tensor(std::string_view pickle) {
  constexpr std::size_t kLength = 4, kMemo = 2;  // bytes of the length before a string, and of what follows it
  const std::size_t tensor = pickle.find("ctorch._utils\n_rebuild_");
  for (std::size_t at = 0; tensor != pickle.npos && at + 1 + kLength < tensor; ++at) {
    std::uint32_t length = 0;
    std::memcpy(&length, pickle.data() + at + 1, kLength);
    if (pickle[at] != 'X' || at + 1 + kLength + length + kMemo != tensor) continue;
    const std::string_view name = pickle.substr(at + 1 + kLength, length);
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && !std::strchr("'\"\\$`!", c); });
    return plain ? std::string(name) : "NAME";
  }
  return {};
}

struct Foreign {
  const char* name;
  bool (*is)(const MappedFile&);
  std::string (*way)(const std::string& path);  ///< what to try
};

std::string by_python_package(const std::string&) {
  return "Parquet, Arrow, FAISS and usearch files are read by the Python package: `vec2vec_cpp.stores`";
}

/// In the order in which they are tried.
const Foreign kForeign[] = {
    {"a Parquet file", [](const MappedFile& file) { return begins(file, "PAR1"); }, by_python_package},
    {"an Arrow file", is_arrow, by_python_package},
    {"a FAISS index", is_faiss, by_python_package},
    {"a usearch index", is_usearch, by_python_package},
    {"an HDF5 file", is_hdf5,
     [](const std::string& path) {
       return numpy_command(path, "h5py.File(path)['train'][:]", "h5py") +
              ", where train is the name of a data set; `python3 -c " +
              "\"import h5py, sys; h5py.File(sys.argv[1]).visit(print)\" " + shell_quoted(path) + "` lists them";
     }},
    {"a PyTorch file", is_old_torch, [](const std::string& path) { return torch_way(path, {}); }},
    {"a pickle of pandas", [](const MappedFile& file) { return is_pickle(file) && among_first(file, "pandas"); },
     [](const std::string& path) {
       return "`python3 -c \"import pandas, sys; pandas.read_pickle(sys.argv[1]).to_parquet(sys.argv[2])\" " +
              shell_quoted(path) + " " + shell_quoted(path + ".parquet") +
              "`, if you trust the file: pickles can run any program; Parquet is read by the Python package, "
              "`vec2vec_cpp.stores`";
     }},
    {"a file of joblib",
     [](const MappedFile& file) { return begins(file, "\x80") && among_first(file, "joblib.numpy_pickle"); }, by_joblib},
    {"zlib data", is_zlib, [](const std::string& path) { return "if joblib wrote it: " + by_joblib(path); }},
    {"a pickle", is_pickle,
     [](const std::string& path) {
       return numpy_command(path,
                            "numpy.asarray((lambda v: list(v.values()) if isinstance(v, dict) else v)(pickle.load(open(path, "
                            "'rb'))), '<f4')",
                            "pickle") +
              ", if you trust the file: pickles can run any program";
     }},
    {"UTF-32 text",
     [](const MappedFile& file) {
       return begins(file, std::string_view("\xFF\xFE\0\0", 4)) || begins(file, std::string_view("\0\0\xFE\xFF", 4));
     },
     [](const std::string& path) { return utf8_command(path, "UTF-32"); }},
    {"an SQLite database", [](const MappedFile& file) { return begins(file, std::string_view("SQLite format 3\0", 16)); },
     [](const std::string& path) {
       return numpy_command(path,
                            "numpy.stack([numpy.frombuffer(v, '<f4') for v, in sqlite3.connect(path).execute('SELECT embedding "
                            "FROM items')])",
                            "sqlite3") +
              " for float32 blobs in the column embedding of the table items; `sqlite3 " + shell_quoted(path) +
              " .schema` names yours";
     }},
    {"gzip data", [](const MappedFile& file) { return begins(file, "\x1f\x8b"); },
     [](const std::string& path) { return unpacked_by("gzip", ".gz", path); }},
    {"zstd data", [](const MappedFile& file) { return begins(file, "\x28\xb5\x2f\xfd"); },
     [](const std::string& path) { return unpacked_by("zstd", ".zst", path); }},
    {"xz data",
     [](const MappedFile& file) {
       return begins(file, std::string_view("\xfd"
                                            "7zXZ\0",
                                            6));
     },
     [](const std::string& path) { return unpacked_by("xz", ".xz", path); }},
    {"bzip2 data", [](const MappedFile& file) { return begins(file, "BZh") && bytes_of(file, 4, 6) == "1AY&SY"; },
     [](const std::string& path) { return unpacked_by("bzip2", ".bz2", path); }},
    {"lz4 data", [](const MappedFile& file) { return begins(file, "\x04\x22\x4d\x18"); },
     [](const std::string& path) { return unpacked_by("lz4", ".lz4", path); }},
};

}  // namespace

std::string shell_quoted(const std::string& path) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::strchr("/._-+=:@%,", c);
  };
  if (!path.empty() && path[0] != '-' && std::all_of(path.begin(), path.end(), plain)) return path;
  std::string word = path.starts_with('-') ? "./'" : "'";
  for (const char c : path) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string numpy_command(const std::string& path, const std::string& value, const std::string& imports) {
  const std::string out = path.ends_with(".npy") ? path.substr(0, path.size() - 4) + ".converted.npy" : path + ".npy";
  return "`python3 -c \"import " + (imports.empty() ? "" : imports + ", ") +
         "numpy, sys; path = sys.argv[1]; numpy.save(sys.argv[2], " + value + ")\" " + shell_quoted(path) + " " +
         shell_quoted(out) + "`";
}

std::string utf8_command(const std::string& path, const std::string& encoding) {
  return "`iconv -f " + encoding + " -t UTF-8 " + shell_quoted(path) + " > " + shell_quoted(path + ".utf8") + "`";
}

std::string torch_way(const std::string& path, std::string_view pickle) {
  const std::string load = "torch.load(path, map_location='cpu')", as_array = ".detach().float().numpy()";
  if (pickle.size() > 2 && pickle[2] == ']') return numpy_command(path, "torch.stack(" + load + ")" + as_array, "torch");
  const std::string name = first_tensor(pickle);
  if (name.empty()) return numpy_command(path, load + as_array, "torch");
  return numpy_command(path, load + "['" + name + "']" + as_array, "torch") + ", for the first of its entries that is a tensor";
}

void refuse_foreign(const MappedFile& file) {
  for (const Foreign& format : kForeign)
    if (format.is(file))
      bad_input(std::string("is ") + format.name + ", which is not read", file.path(), format.way(file.path()));
  bad_input("the content is of no known vector format", file.path(),
            "npy, npz, safetensors, fvecs, bvecs, fbin, u8bin, i8bin, CSV, TSV, NDJSON and JSON lists are recognised; for "
            "headerless float32 give the dimension (`OpenOptions::raw_dim`)");
}

}  // namespace vec2vec
