// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/json/path.h"

namespace vec2vec {

/// What stands where the vector of a record should be.
struct JsonVector {
  enum class Form { kList, kText, kOther };
  Form form = Form::kOther;
  std::string_view raw = {};   ///< the part of the record that it is, brackets or quotes included
  std::string_view text = {};  ///< of a string: what it says. Lives until the parser reads the next record
  Index beside = 0;            ///< elements of the lists that the path goes through, all together
};

/// Checks records, valid JSON each, and finds the vectors in them. It has buffers of its own: one for each thread.
class JsonRecordParser {
 public:
  /// The value at a path (behind() in json_path.h) of a record; the empty path is the record itself. Nothing when there is
  /// none. Throws Error{kBadInput} naming `where` when the record is no valid JSON, or has the path twice.
  std::optional<JsonVector> find(std::string_view record, std::string_view path, const std::string& where);

  /// Paths of all lists of numbers, and of the strings named `embedding` or `vector` that hold a vector; the first thousand.
  std::vector<JsonPath> vectors(std::string_view record, const std::string& where);

 private:
  using Value = simdjson::ondemand::value;
  using Rest = std::optional<std::string_view>;  ///< of the path, when a value lies on it

  void parse(std::string_view record, Rest path, const std::string& where);
  void root(Rest path);
  bool visit(Value value, Rest rest, int depth);
  template <class Array>
  bool visit_array(Array array, Rest rest, int depth);
  template <class Object>
  void visit_object(Object object, Rest rest, int depth);
  JsonVector::Form visit_text(std::string_view text);
  std::string_view part_from(const char* begin);

  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  std::vector<char> buffer_;  ///< the record, and what simdjson may read behind it
  std::string_view record_, path_;
  std::string where_;

  bool collect_ = false;
  JsonPath steps_;  ///< to where the walk is, while paths are collected
  std::vector<JsonPath> collected_;
  std::optional<JsonVector> found_;
  Index beside_ = 0;
};

/// Reads the vector into out, up to capacity values of it: a list of numbers, a string with such a list in it, or one with the
/// base64 of float32. Returns how many there are, or -1 when it is none of these; what it is then stands in fault.
Index read_vector(const JsonVector& vector, float* out, Index capacity, std::string& fault);

}  // namespace vec2vec
