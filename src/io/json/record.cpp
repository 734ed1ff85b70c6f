// SPDX-License-Identifier: Apache-2.0
#include "io/json/record.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "core/text/ascii.h"
#include "io/doubles.h"
#include "io/json/base64.h"
#include "io/text/decimal.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

using simdjson::simdjson_error;
using Type = simdjson::ondemand::json_type;
using Form = JsonVector::Form;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Reads a list of numbers with its brackets, as read_vector does.
Index read_list(std::string_view list, float* out, Index capacity, std::string& fault) {
  fault = "there is something that is no number";
  if (list.size() < 2 || list.back() != ']') return -1;
  const char *at = list.data() + 1, *const end = list.data() + list.size() - 1;
  const auto skip = [&] {
    while (at < end && is_space(*at)) ++at;
  };
  skip();
  if (at == end) return 0;
  if (*at == '[') fault = "there are lists in the place of numbers";
  for (Index count = 0; at < end; ++at) {
    skip();
    const char* digit = at < end && *at == '-' ? at + 1 : at;
    float value = 0;
    if (at < end && *at == 'n') fault = "there is null in the place of a number";
    if (digit == end || *digit < '0' || *digit > '9') return -1;  // read_decimal also takes words such as inf
    at = read_decimal(at, end, value);
    if (!at) return -1;
    if (count < capacity) out[count] = value;
    ++count;
    skip();
    if (at == end) return count;
    if (*at != ',') return -1;
  }
  return -1;
}

Index read_base64(std::string_view text, float* out, Index capacity, std::string& fault) {
  std::vector<std::uint8_t> bytes;
  fault = "there is a text that is neither a list of numbers nor float32 in base64";
  if (text.empty() || !decode_base64(text, bytes) || bytes.size() % sizeof(float) != 0) return -1;
  static_assert(std::endian::native == std::endian::little);
  fault = "there is float64 in base64, which is read as float32";
  if (are_doubles(bytes.data(), bytes.size())) return -1;
  const Index count = static_cast<Index>(bytes.size() / sizeof(float));
  if (capacity > 0) std::memcpy(out, bytes.data(), static_cast<std::size_t>(std::min(count, capacity)) * sizeof(float));
  return count;
}

/// Whether a text that nobody has called a vector is one: numbers as models give them, no letters that happen to be base64.
bool is_vector(std::string_view text) {
  constexpr Index kFewest = 2;
  constexpr float kLargest = 1e6f;
  std::string fault;
  const JsonVector vector{.form = Form::kText, .raw = {}, .text = text};
  const Index count = read_vector(vector, nullptr, 0, fault);
  if (count < kFewest) return false;
  std::vector<float> values(static_cast<std::size_t>(count));
  read_vector(vector, values.data(), count, fault);
  return std::all_of(values.begin(), values.end(), [](float value) { return std::abs(value) <= kLargest; });
}

/// Whether NaN or Infinity, which JSON does not have, stand outside the strings of a record.
bool has_not_a_number(std::string_view record) {
  bool in_string = false;
  for (std::size_t i = 0; i < record.size(); ++i) {
    const char c = record[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (record.substr(i).starts_with("NaN") || record.substr(i).starts_with("Infinity"))) {
      return true;
    }
  }
  return false;
}

}  // namespace

/// From a token on, to where the next one begins, less white space.
std::string_view JsonRecordParser::part_from(const char* begin) {
  const auto next = document_.current_location();
  const char* end = next.error() ? buffer_.data() + record_.size() : next.value_unsafe();  // at the end there is no next one
  const std::size_t first = static_cast<std::size_t>(begin - buffer_.data()), count = static_cast<std::size_t>(end - begin);
  return trimmed(record_.substr(first, count));
}

JsonVector::Form JsonRecordParser::visit_text(std::string_view text) {
  if (!collect_ || steps_.empty()) return Form::kText;
  const std::string& name = steps_.back().key;
  if ((name == "embedding" || name == "vector") && is_vector(text)) collected_.push_back(steps_);
  return Form::kText;
}

template <class Array>
bool JsonRecordParser::visit_array(Array array, Rest rest, int depth) {
  bool all_numbers = true, on_path = false;
  Index count = 0;
  for (auto item : array) {
    Value element = item.value();
    const Rest element_rest = rest ? behind(*rest, count) : Rest();
    const bool number = element.type().value() == Type::number;
    all_numbers = all_numbers && number;
    on_path = on_path || element_rest;
    if (collect_ && !number) steps_.push_back({.element = count});
    visit(element, element_rest, depth + 1);
    if (collect_ && !number) steps_.pop_back();
    ++count;
  }
  if (on_path) beside_ += count;
  return all_numbers && count > 0;
}

template <class Object>
void JsonRecordParser::visit_object(Object object, Rest rest, int depth) {
  for (auto entry : object) {
    const std::string_view key = entry.unescaped_key();
    const Rest value_rest = rest ? behind(*rest, key) : Rest();
    if (collect_) steps_.push_back({.key = std::string(key)});
    visit(entry.value(), value_rest, depth + 1);
    if (collect_) steps_.pop_back();
  }
}

/// Walks the whole of a value: simdjson sees no fault in what it is not asked for. Returns whether it is a list of numbers.
bool JsonRecordParser::visit(Value value, Rest rest, int depth) {
  constexpr int kDeepest = 512;
  constexpr std::size_t kMostPaths = 1000;
  if (depth > kDeepest) throw simdjson_error(simdjson::DEPTH_ERROR);
  const char* begin = value.raw_json_token().data();
  const Type type = value.type().value();
  JsonVector vector;
  bool numbers = false;
  if (type == Type::array) {
    vector.form = Form::kList;
    const simdjson::ondemand::array array = value.get_array();
    numbers = visit_array(array, rest, depth);
  } else if (type == Type::object) {
    const simdjson::ondemand::object object = value.get_object();
    visit_object(object, rest, depth);
  } else if (type == Type::string) {
    vector.text = value.get_string();
    vector.form = visit_text(vector.text);
  } else if (type == Type::number) {
    value.get_double().value();
  } else if (type == Type::boolean) {
    value.get_bool().value();
  } else if (!value.is_null()) {
    throw simdjson_error(simdjson::N_ATOM_ERROR);
  }
  if (numbers && collect_ && collected_.size() < kMostPaths) collected_.push_back(steps_);
  if (rest && rest->empty()) {
    if (found_) bad_input("has the field '" + std::string(path_) + "' twice", where_, "one vector a record");
    vector.raw = part_from(begin);
    found_ = vector;
  }
  return numbers;
}

void JsonRecordParser::root(Rest path) {
  const Type type = document_.type().value();
  bool numbers = false;
  if (type == Type::object) {
    visit_object(document_.get_object().value(), path, 1);
  } else if (type == Type::array) {
    numbers = visit_array(document_.get_array().value(), path, 1);
  } else {
    bad_input("a record that is neither an object nor a list", where_,
              "a vector a line: {\"id\": 7, \"embedding\": [0.1, 0.2]}");
  }
  if (numbers && collect_) collected_.push_back({});
  if (path && path->empty())
    found_ = JsonVector{.form = type == Type::array ? Form::kList : Form::kOther, .raw = trimmed(record_)};
  if (document_.current_location().error() == simdjson::SUCCESS) throw simdjson_error(simdjson::TRAILING_CONTENT);
}

void JsonRecordParser::parse(std::string_view record, Rest path, const std::string& where) try {
  buffer_.resize(std::max(buffer_.size(), record.size() + simdjson::SIMDJSON_PADDING));
  std::copy(record.begin(), record.end(), buffer_.begin());
  record_ = record;
  path_ = path.value_or("");
  where_ = where;
  found_.reset();
  beside_ = 0;
  document_ = parser_.iterate(buffer_.data(), record.size(), buffer_.size()).value();
  root(path);
  if (found_) found_->beside = beside_;
} catch (const simdjson_error& error) {
  if (has_not_a_number(record))
    bad_input("there is NaN or Infinity, which JSON does not have", where, "remove or repair the row");
  bad_input(std::string("is no valid JSON: ") + error.what(), where,
            "one object a line; `jq -c . FILE` writes objects so, `jq -c '.[]' FILE` the elements of a list");
}

std::optional<JsonVector> JsonRecordParser::find(std::string_view record, std::string_view path, const std::string& where) {
  collect_ = false;
  parse(record, path, where);
  return found_;
}

std::vector<JsonPath> JsonRecordParser::vectors(std::string_view record, const std::string& where) {
  collect_ = true;
  steps_.clear();
  collected_.clear();
  parse(record, {}, where);
  return std::move(collected_);
}

Index read_vector(const JsonVector& vector, float* out, Index capacity, std::string& fault) {
  fault = "there is something that is neither a list of numbers nor a text with one";
  if (vector.form == Form::kList) return read_list(vector.raw, out, capacity, fault);
  if (vector.form != Form::kText) return -1;
  const std::string_view text = trimmed(vector.text);
  return text.starts_with('[') ? read_list(text, out, capacity, fault) : read_base64(text, out, capacity, fault);
}

}  // namespace vec2vec
