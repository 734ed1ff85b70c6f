// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "io/file/mapped_file.h"
#include "vec2vec/matrix.h"

namespace vec2vec {

/// Where the records of a file of JSON lie: one a line (blank lines are none), or as the elements of one list. What is outside
/// them is checked here, they themselves are not.
class JsonRecords {
 public:
  /// The file outlives this. Throws Error{kBadInput} when there is no record, or a list is cut short or has anything behind it.
  explicit JsonRecords(const MappedFile& file);

  Index count() const { return count_; }
  /// Whether they are elements of a list.
  bool in_list() const { return in_list_; }
  std::string_view first() const { return first_; }
  std::string_view last() const { return last_; }

  /// Calls see for records first .. first + count - 1 in turn.
  using See = std::function<void(Index number, std::string_view record)>;
  void for_each(Index first, Index count, const See& see) const;

  /// The path of the file and the number of a record, for errors.
  std::string where(Index number) const;

 private:
  std::string_view line(std::uint64_t& at) const;
  std::string_view element(std::uint64_t& at, Index number) const;
  std::string_view next(std::uint64_t& at, Index number) const;

  const MappedFile& file_;
  bool in_list_ = false;
  Index count_ = 0;
  std::string_view first_, last_;
  std::vector<std::uint64_t> offsets_;  ///< of every kIndexStep-th record
};

/// True when the file is text that begins with a JSON object or list; a list of numbers has to end in its line.
bool looks_like_json(const MappedFile& file);

/// Where the value that begins `text` ends, told by its brackets and quotes alone; 0 when it does not end.
std::size_t end_of_json_value(std::string_view text);

}  // namespace vec2vec
