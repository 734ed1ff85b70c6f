// SPDX-License-Identifier: Apache-2.0
#include "io/file/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "io/resume/kept_records.h"
#include "temp_dir.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec {
namespace {
namespace fs = std::filesystem;

std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> names_in(const TempDir& dir) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir.path(""))) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// The disk's step number `countdown` from now fails, or ends the process.
int countdown = 0;
int fail_at_zero(const char*) { return countdown-- == 0 ? ENOSPC : 0; }
int die_at_zero(const char*) {
  if (countdown-- == 0) ::_exit(9);
  return 0;
}

/// Does the work with a full disk from step `step` on; returns whether it noticed.
template <class Work>
bool fails_at(int step, const Work& work) {
  countdown = step;
  set_file_step_hook(fail_at_zero);
  bool failed = false;
  try {
    work();
  } catch (const Error& error) {
    failed = true;
    EXPECT_EQ(error.kind(), ErrorKind::kUnavailable) << error.what();
    EXPECT_NE(error.hint().find("space"), std::string::npos) << error.what();
  }
  set_file_step_hook(nullptr);
  return failed;
}

/// Does the work in a process that dies at step `step`; returns whether it did.
template <class Work>
bool dies_at(int step, const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    countdown = step;
    set_file_step_hook(die_at_zero);
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status) == 9;
}

std::string test_provenance(const std::string& sha256) { return "of " + sha256; }

void write_with_provenance(const std::string& path, const std::string& bytes, bool overwrite) {
  AtomicFile file(path, overwrite, test_provenance);
  file.write(bytes);
  file.commit();
}

TEST(AtomicFile, AppearsWholeOrNotAtAll) {
  const TempDir dir;
  {
    AtomicFile file(dir.path("f"), false);
    file.write("abc");
    EXPECT_FALSE(fs::exists(dir.path("f")));
  }
  EXPECT_TRUE(names_in(dir).empty());
  write_file(dir.path("f"), "abc", false);
  EXPECT_EQ(file_bytes(dir.path("f")), "abc");
  EXPECT_THROW(write_file(dir.path("f"), "x", false), Error);
  write_file(dir.path("f"), "new", true);
  EXPECT_EQ(file_bytes(dir.path("f")), "new");
  EXPECT_EQ(names_in(dir), std::vector<std::string>{"f"});
}

TEST(AtomicFile, WritersOfOneNameDoNotMeet) {
  const TempDir dir;
  {
    AtomicFile first(dir.path("f"), false), second(dir.path("f"), false);
    first.write("first");
    {
      AtomicFile third(dir.path("f"), false);
      third.write("third");
    }  // takes its own temporary file away, and no other
    second.write("second");
    first.commit();
    EXPECT_THROW(second.commit(), Error) << "appeared meanwhile, and must not be overwritten";
  }
  EXPECT_EQ(file_bytes(dir.path("f")), "first");
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < 20; ++i) write_file(dir.path("f"), std::string(5000, static_cast<char>('a' + w)), true);
    });
  for (std::thread& writer : writers) writer.join();
  const std::string bytes = file_bytes(dir.path("f"));
  EXPECT_EQ(bytes, std::string(5000, bytes.at(0)));
  EXPECT_EQ(names_in(dir), std::vector<std::string>{"f"});
}

TEST(AtomicFile, TemporaryNamesCannotBeForeseen) {
  const TempDir dir;
  const std::string long_name(240, 'n');
  AtomicFile a(dir.path(long_name), false), b(dir.path(long_name), false);
  EXPECT_EQ(names_in(dir).size(), 2u);
  for (const std::string& name : names_in(dir)) EXPECT_EQ(name.find(std::to_string(::getpid())), std::string::npos);
  a.commit();
  EXPECT_TRUE(fs::exists(dir.path(long_name)));
}

TEST(AtomicFile, HandsOnThePermissionsOfWhatItReplaces) {
  const TempDir dir;
  write_file(dir.path("secret"), "old", false);
  ::chmod(dir.path("secret").c_str(), 0600);
  write_file(dir.path("secret"), "new", true);
  struct stat status {};
  ASSERT_EQ(::stat(dir.path("secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(AtomicFile, AFullDiskLeavesWhatWasThere) {
  const TempDir dir;
  write_with_provenance(dir.path("f"), "old", false);
  const std::string old_provenance = file_bytes(dir.path("f.provenance.json"));
  int step = 0;
  while (fails_at(step, [&] { write_with_provenance(dir.path("f"), "new", true); })) {
    const std::string now = file_bytes(dir.path("f"));
    if (now == "old" && fs::exists(dir.path("f.provenance.json"))) {
      EXPECT_EQ(file_bytes(dir.path("f.provenance.json")), old_provenance) << step;
    }
    for (const std::string& name : names_in(dir)) EXPECT_FALSE(name.ends_with(".tmp")) << name << " after step " << step;
    write_with_provenance(dir.path("f"), "old", true);
    ++step;
  }
  EXPECT_GE(step, 8);
  EXPECT_EQ(file_bytes(dir.path("f")), "new");
}

TEST(AtomicFile, NoCrashLeavesDataWithTheProvenanceOfOther) {
  for (const bool overwrite : {false, true}) {
    int step = 0;
    for (bool died = true; died; ++step) {
      const TempDir dir;
      const std::string path = dir.path("f"), provenance = path + ".provenance.json";
      if (overwrite)
        write_with_provenance(path, "old", false);
      else
        write_file(provenance, "left behind by another file of this name", false);
      died = dies_at(step, [&] { write_with_provenance(path, "new", overwrite); });
      EXPECT_TRUE(!overwrite || fs::exists(path)) << "nothing is lost";
      if (!fs::exists(path)) continue;
      EXPECT_TRUE(file_bytes(path) == "new" || (overwrite && file_bytes(path) == "old"));
      EXPECT_TRUE(died || fs::exists(provenance));
      if (!fs::exists(provenance)) continue;
      EXPECT_EQ(file_bytes(provenance), test_provenance(file_sha256(path))) << "step " << step;
    }
    EXPECT_GE(step, 8);
  }
}

TEST(KeptRecords, GoOnAfterACrashAtAnyStep) {
  const std::vector<std::string> all = {"one", "two", "three"};
  int step = 0;
  for (bool died = true; died; ++step) {
    const TempDir dir;
    const auto work = [&] {
      std::size_t kept = 0;
      KeptRecords records(dir.path("r"), "job", KeptRecords::OfAnother::kRefuse,
                          [&](const std::string& bytes) { return bytes == all.at(kept++); });
      for (; kept < all.size(); ++kept) records.append(all[kept].data(), all[kept].size());
    };
    died = dies_at(step, work);
    work();
    std::vector<std::string> found;
    const KeptRecords records(dir.path("r"), "job", KeptRecords::OfAnother::kRefuse, [&](const std::string& bytes) {
      found.push_back(bytes);
      return true;
    });
    EXPECT_EQ(found, all) << "step " << step;
  }
  EXPECT_GE(step, 8);
}

TEST(KeptRecords, LeaveForeignFilesAlone) {
  const TempDir dir;
  const auto open = [&](bool restart) {
    KeptRecords(dir.path("r"), "job", restart ? KeptRecords::OfAnother::kRestart : KeptRecords::OfAnother::kRefuse,
                [](const std::string&) { return true; });
  };
  std::ofstream(dir.path("r")) << "notes of years";
  EXPECT_THROW(open(false), Error);
  EXPECT_EQ(file_bytes(dir.path("r")), "notes of years");
  fs::remove(dir.path("r"));
  fs::create_symlink(dir.path("elsewhere"), dir.path("r"));
  EXPECT_THROW(open(true), Error) << "a link may lead anywhere";
  EXPECT_FALSE(fs::exists(dir.path("elsewhere")));
  fs::remove(dir.path("r"));
  open(false);
  const std::string whole = file_bytes(dir.path("r"));
  std::ofstream(dir.path("r")) << whole.substr(0, whole.size() / 2);  // torn by a crash
  open(false);
  EXPECT_EQ(file_bytes(dir.path("r")), whole);
  EXPECT_THROW(KeptRecords(dir.path("r"), "other job", KeptRecords::OfAnother::kRefuse, {}), Error);
}

}  // namespace
}  // namespace vec2vec
