// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <clocale>
#include <cstdlib>
#include <locale>
#include <string>

#include "temp_dir.h"

namespace vec2vec {

/// Until its end, numbers of C and of C++ streams have a decimal comma, as in a German program that calls setlocale.
class CommaLocale {
 public:
  CommaLocale() : streams_(std::locale::global(std::locale(std::locale::classic(), new Comma))) {
    for (const char* name : {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"})
      if (std::setlocale(LC_ALL, name)) return;
    // Few machines have another locale than C, but many what it is made of.
    const std::string command = "localedef -i de_DE -f UTF-8 " + dir_.path("de_DE.utf8") + " >/dev/null 2>&1";
    if (std::system(command.c_str()) != 0) return;
    setenv("LOCPATH", dir_.path("").c_str(), 1);
    std::setlocale(LC_ALL, "de_DE.utf8");
  }
  ~CommaLocale() {
    std::setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
    std::locale::global(streams_);
  }
  CommaLocale(const CommaLocale&) = delete;
  CommaLocale& operator=(const CommaLocale&) = delete;

  /// Whether the machine has such a locale for the functions of C too; streams have it in any case.
  bool of_c() const { return std::localeconv()->decimal_point == std::string(","); }

 private:
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
    char do_thousands_sep() const override { return '.'; }
  };

  TempDir dir_;
  std::locale streams_;
};

}  // namespace vec2vec
