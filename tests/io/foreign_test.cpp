// SPDX-License-Identifier: Apache-2.0
#include "io/foreign.h"

#include "file_test.h"

namespace vec2vec {
namespace {

using Foreign = FileTest;

TEST_F(Foreign, FormatsAreNamedWithTheCommandThatConvertsThem) {
  const std::string zeros(100, '\0');
  const std::tuple<const char*, std::string, const char*, const char*> files[] = {
      {"a.parquet", "PAR1" + zeros, "is a Parquet file", "`vec2vec_cpp.stores`"},
      {"a.arrow", "ARROW1" + zeros, "is an Arrow file", "`vec2vec_cpp.stores`"},
      {"a.arrows", bytes_of_all<std::uint32_t>({0xFFFFFFFF, 168}) + zeros, "is an Arrow file", "`vec2vec_cpp.stores`"},
      {"a.faiss", "IxF2" + zeros, "is a FAISS index", "`vec2vec_cpp.stores`"},
      {"a.faiss", "INSf" + bytes_of(384) + zeros, "is a FAISS index", "`vec2vec_cpp.stores`"},
      {"a.faiss", "IBxF" + bytes_of(384) + zeros, "is a FAISS index", "`vec2vec_cpp.stores`"},
      {"a.usearch", bytes_of_all<std::uint32_t>({1, 2}) + "xxusearch" + zeros, "is a usearch index", "`vec2vec_cpp.stores`"},
      {"a.hdf5", "\x89HDF\r\n\x1a\n" + zeros, "is an HDF5 file", "h5py.File(path)['train'][:]"},
      {"a.mat", std::string(512, 'M') + "\x89HDF\r\n\x1a\n" + zeros, "is an HDF5 file", "h5py.File(path)"},
      {"a.pt", "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19." + zeros, "is a PyTorch file", "torch.load(path"},
      {"a.pkl", "\x80\x04\x95" + zeros, "is a pickle", "(pickle.load(open(path, 'rb')))"},
      {"a.pkl", "\x80\x03]q\x01.", "is a pickle", "(pickle.load(open(path, 'rb')))"},
      {"a.pkl", "\x80\x04\x95pandas.core.frame" + zeros, "is a pickle of pandas", "pandas.read_pickle(sys.argv[1]).to_parquet"},
      {"a.joblib", "\x80\x04\x95joblib.numpy_pickle" + zeros, "is a file of joblib", "joblib.load(path)"},
      {"a.jbl", "x\x5e\xec\x01" + zeros, "is zlib data", "if joblib wrote it: `python3 -c"},
      {"a.db", std::string("SQLite format 3\0", 16) + zeros, "is an SQLite database", "sqlite3.connect(path)"},
      {"a.npy.gz", "\x1f\x8b\x08" + zeros, "is gzip data", "`gzip -dk "},
      {"a.npy.zst", "\x28\xb5\x2f\xfd" + zeros, "is zstd data", "`zstd -dk "},
      {"a.npy.xz", std::string("\xfd\x37zXZ\0", 6) + zeros, "is xz data", "`xz -dk "},
      {"a.npy.bz2", "BZh91AY&SY" + zeros, "is bzip2 data", "`bzip2 -dk "},
      {"a.npy.lz4", "\x04\x22\x4d\x18" + zeros, "is lz4 data", "`lz4 -d "},
      {"a", "\x1f\x8b\x08" + zeros, "is gzip data", "`gzip -dc < "},
      {"a.csv", "\xff\xfe" + std::string("1\0,\0002\0\n\0", 8), "UTF-16", "iconv -f UTF-16 -t UTF-8"},
      {"a.csv", "\xff\xfe" + std::string("\0\0001\0\0\0,\0\0\0002\0\0\0", 14), "is UTF-32 text", "iconv -f UTF-32 -t UTF-8"},
      {"a.fvecs", bytes_of(2) + zeros.substr(0, 11), "15 bytes are not records of 12 bytes", "copy it again"},
      {"a.bvecs", bytes_of(2) + zeros.substr(0, 9), "13 bytes are not records of 6 bytes", "copy it again"},
      {"a.bin", "\x89PNG\r\n\x1a\n" + zeros, "no known vector format", "`OpenOptions::raw_dim`"}};
  for (const auto& [name, bytes, what, way] : files) {
    expect_error(name, bytes, what);
    expect_error(name, bytes, way);
  }
}

TEST_F(Foreign, TensorsAreTakenOutOfWhatWasPickled) {
  const std::string tensor = "ctorch._utils\n_rebuild_tensor_v2\nq\x02((X\x07";
  const auto way = [](const std::string& pickle) { return torch_way("a.pt", pickle); };
  EXPECT_NE(way("\x80\x02" + tensor).find("torch.load(path, map_location='cpu').detach()"), std::string::npos);
  EXPECT_NE(way("\x80\x02]q" + tensor).find("torch.stack(torch.load(path, map_location='cpu')).detach()"), std::string::npos);
  const std::string ids = std::string("(X\3\0\0\0idsq\1]q\2(K\1K\2e", 21), name("X\3\0\0\0embq\1", 10);
  EXPECT_NE(way("\x80\x02}q" + ids + name + tensor).find("map_location='cpu')['emb'].detach()"), std::string::npos);
  EXPECT_NE(way("\x80\x02}q" + std::string("X\3\0\0\0e'bq\1", 10) + tensor).find("['NAME']"), std::string::npos);
  EXPECT_NE(way("\x80\x02").find(".detach()"), std::string::npos);
  EXPECT_NE(way("").find(".detach()"), std::string::npos);
}

TEST_F(Foreign, TextMayBeginAsZlibDataDoes) { EXPECT_EQ(rows_of("a.csv", "x^2,x^3\n1,2\n").cols(), 2); }

TEST_F(Foreign, AFolderIsSentToThePythonPackage) {
  try {
    open_rows(dir_.path(""));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find(" is a folder."), std::string::npos);
    EXPECT_NE(error.hint().find("`vec2vec_cpp.stores`"), std::string::npos);
  }
}

TEST(ShellQuoted, EveryNameIsOneWord) {
  EXPECT_EQ(shell_quoted("a/b-c_1.npy"), "a/b-c_1.npy");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("it's $x `y`"), "'it'\\''s $x `y`'");
  EXPECT_EQ(shell_quoted("-rf"), "./'-rf'");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace vec2vec
