#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "io/decimal.h"
#include "io/lines.h"
#include "io/ndjson.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

constexpr Index kIndexStep = 256;  // a line's offset is kept for every so many rows
constexpr const char* kOneLine =
    "one object a line; `jq -c . FILE` writes objects so, `jq -c '.[]' FILE` the elements of a list";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool blank(std::string_view line) { return std::all_of(line.begin(), line.end(), is_space); }

/// Checks lines and finds the fields in them. It has buffers of its own: one for each thread.
class RecordParser {
 public:
  /// The part of a line that is the value of the field, a list. where: for errors.
  std::string_view vector_of(std::string_view line, const std::string& field, const std::string& where) {
    std::string_view vector;
    for_each_field(line, where, [&](std::string_view key, std::string_view value, bool) {
      if (key != field) return;
      if (!vector.empty()) bad_input("the field '" + field + "' twice", where, "one vector a line");
      if (value[0] != '[') bad_input("the field '" + field + "' is no list of numbers", where, "remove or repair the line");
      vector = value;
    });
    if (vector.empty()) bad_input("no field '" + field + "'", where, "name the vector's field (--field); every line needs it");
    return vector;
  }

  /// Names of the fields that are lists of numbers.
  std::vector<std::string> vector_fields(std::string_view line, const std::string& where) {
    std::vector<std::string> fields;
    for_each_field(line, where, [&](std::string_view key, std::string_view, bool numbers) {
      if (numbers) fields.emplace_back(key);
    });
    return fields;
  }

 private:
  using Value = simdjson::ondemand::value;
  using Type = simdjson::ondemand::json_type;

  /// Calls see(key, value, whether it is a list of numbers) for the fields of a line, value being the part of the line that it
  /// is. Throws Error{kBadInput} when the line is no JSON object.
  template <class See>
  void for_each_field(std::string_view line, const std::string& where, See see) try {
    text_.resize(std::max(text_.size(), line.size() + simdjson::SIMDJSON_PADDING));
    std::copy(line.begin(), line.end(), text_.begin());
    auto document = parser_.iterate(text_.data(), line.size(), text_.size()).value();
    if (document.type().value() != Type::object) bad_input("not a JSON object", where, kOneLine);
    for (auto entry : document.get_object()) {
      const std::string_view key = entry.unescaped_key();
      Value value = entry.value();
      const auto begin = static_cast<std::size_t>(value.raw_json_token().data() - text_.data());
      const bool numbers = check(value, 1);
      const auto end = static_cast<std::size_t>(document.current_location().value() - text_.data());  // of what comes next
      std::string_view text = line.substr(begin, end - begin);
      text.remove_suffix(text.size() - 1 - text.find_last_not_of(" \t\r"));
      see(key, text, numbers);
    }
    if (document.current_location().error() == simdjson::SUCCESS) throw simdjson::simdjson_error(simdjson::TRAILING_CONTENT);
  } catch (const simdjson::simdjson_error& error) {
    bad_input(std::string("not valid JSON: ") + error.what(), where, kOneLine);
  }

  /// Walks the whole of a value: the parser sees no fault in what it is not asked for. Returns whether it is a list of numbers.
  static bool check(Value value, int depth) {
    if (depth > 512) throw simdjson::simdjson_error(simdjson::DEPTH_ERROR);
    switch (value.type().value()) {
      case Type::array: {
        bool all = true, any = false;
        for (auto item : value.get_array()) {
          Value element = item.value();
          all = element.type().value() == Type::number && all;
          any = true;
          check(element, depth + 1);
        }
        return all && any;
      }
      case Type::object:
        for (auto entry : value.get_object()) {
          entry.unescaped_key().value();
          check(entry.value(), depth + 1);
        }
        return false;
      case Type::string:
        value.get_string().value();
        return false;
      case Type::number:
        value.get_double().value();
        return false;
      case Type::boolean:
        value.get_bool().value();
        return false;
      case Type::null:
        if (!value.is_null()) throw simdjson::simdjson_error(simdjson::N_ATOM_ERROR);
        return false;
    }
    return false;
  }

  simdjson::ondemand::parser parser_;
  std::vector<char> text_;  ///< the line, and what simdjson may read behind it
};

/// Reads the numbers of a list, valid JSON with its brackets, into out (up to capacity of them); returns how many there are, or
/// -1 when one of its elements is no number.
Index read_list(std::string_view list, float* out, Index capacity) {
  const char *at = list.data() + 1, *end = list.data() + list.size() - 1;
  Index count = 0;
  const auto skip = [&] {
    while (at < end && (is_space(*at) || *at == ',')) ++at;
  };
  for (skip(); at < end; skip(), ++count) {
    float value = 0;
    at = read_decimal(at, end, value);
    if (!at) return -1;
    if (count < capacity) out[count] = value;
  }
  return count;
}

std::string choose_field(const std::vector<std::string>& fields, const std::string& where) {
  for (const char* usual : {"embedding", "vector"})
    if (std::find(fields.begin(), fields.end(), usual) != fields.end()) return usual;
  if (fields.size() == 1) return fields[0];
  if (fields.empty())
    bad_input("no field is a list of numbers", where, "a vector a line: {\"id\": 7, \"embedding\": [0.1, 0.2]}");
  std::string all = fields[0];
  for (std::size_t i = 1; i < fields.size(); ++i) all += ", " + fields[i];
  bad_input("several fields are lists of numbers: " + all, where, "name the vector's (--field)");
}

std::string row_of(const MappedFile& file, Index row) { return file.path() + ", row " + std::to_string(row); }

}  // namespace

bool looks_like_ndjson(const MappedFile& file) {
  const std::uint64_t probe = std::min<std::uint64_t>(file.size(), 4096);
  const auto *begin = file.data(), *end = begin + probe;
  const auto* first = std::find_if_not(begin, end, [](std::uint8_t c) { return is_space(static_cast<char>(c)); });
  return first != end && *first == '{' &&
         std::all_of(first, end, [](std::uint8_t c) { return c >= 32 || is_space(static_cast<char>(c)); });
}

NdjsonSource::NdjsonSource(MappedFile file, std::string field) : file_(std::move(file)), field_(std::move(field)) {
  std::string_view first, last;
  for (std::uint64_t begin = 0; begin < file_.size();) {
    const std::string_view line = line_at(file_, begin);
    if (!blank(line)) {
      if (rows_ % kIndexStep == 0) offsets_.push_back(begin);
      if (rows_ == 0) first = line;
      last = line;
      ++rows_;
    }
    begin += line.size() + 1;
  }
  if (rows_ == 0) bad_input("the file holds no rows", file_.path());
  RecordParser parser;
  const std::string where = row_of(file_, 0);
  if (field_.empty()) field_ = choose_field(parser.vector_fields(first, where), where);
  dim_ = read_list(parser.vector_of(first, field_, where), nullptr, 0);
  if (dim_ <= 0) bad_input("the field '" + field_ + "' is no list of numbers", where, "name the vector's field (--field)");
  parser.vector_of(last, field_, row_of(file_, rows_ - 1));  // a file that was cut off is found out before it is worked on
}

void NdjsonSource::for_each_record(Index first, Index count, const See& see) const {
  if (first < 0 || count > rows_ - first)
    throw Error(ErrorKind::kInternal, "rows outside the file were asked for", file_.path());
  file_.check_not_truncated();
  if (count == 0) return;
  RecordParser parser;
  Index row = first / kIndexStep * kIndexStep;
  std::uint64_t begin = offsets_[static_cast<std::size_t>(first / kIndexStep)];
  while (row < first + count) {
    const std::string_view line = line_at(file_, begin);
    begin += line.size() + 1;
    if (blank(line)) continue;
    if (row >= first) see(row, line, parser.vector_of(line, field_, row_of(file_, row)));
    ++row;
  }
}

void NdjsonSource::read(Index first, MatrixSpan out) {
  if (out.cols != dim_) throw Error(ErrorKind::kInternal, "rows of another dimension were asked for", file_.path());
  for_each_record(first, out.rows, [&](Index row, std::string_view, std::string_view vector) {
    const Index found = read_list(vector, out.row(row - first), dim_);
    if (found == dim_) return;
    bad_input(found < 0 ? "something that is no number in '" + field_ + "'"
                        : std::to_string(found) + " numbers in '" + field_ + "' instead of " + std::to_string(dim_),
              row_of(file_, row), "remove or repair the line; row 0 is the first");
  });
}

}  // namespace vec2vec
