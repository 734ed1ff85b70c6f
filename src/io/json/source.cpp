// SPDX-License-Identifier: Apache-2.0
#include "io/json/source.h"

#include <algorithm>
#include <utility>

#include "core/boundary.h"
#include "io/foreign.h"
#include "io/json/record.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

const std::string kNameIt = "name the vector's field (`OpenOptions::field`)";

/// "a, b and 7 more".
std::string list_of(const std::vector<JsonPath>& paths) {
  constexpr std::size_t kMost = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, paths.size()); ++i)
    text += (i == 0 ? "" : ", ") + (paths[i].empty() ? "the record itself" : to_string(paths[i]));
  return paths.size() > kMost ? text + " and " + std::to_string(paths.size() - kMost) + " more" : text;
}

/// The command that writes what the filter gives, a value a line.
std::string jq_command(const std::string& filter, const std::string& path) {
  return "`jq -c " + shell_quoted(filter) + " " + shell_quoted(path) + " > " + shell_quoted(path + ".ndjson") + "`";
}

/// Refuses a JSON object that spreads over several lines, of which `first` is the beginning, and says how to get at its
/// vectors.
void refuse_one_object(std::string_view first, const MappedFile& file) {
  constexpr std::size_t kLargest = 256u << 20;  // what is parsed as a whole
  const std::string_view rest = file.bytes().substr(static_cast<std::size_t>(first.data() - file.bytes().data()));
  if (!first.starts_with('{') || end_of_json_value(first) != 0) return;
  const std::size_t end = end_of_json_value(rest.substr(0, kLargest));
  if (end == 0) return;
  std::string filter = ".";
  const std::vector<JsonPath> paths = JsonRecordParser().vectors(rest.substr(0, end), file.path());
  if (const auto step = only_difference(paths)) filter = jq_filter(paths[0], *step);
  bad_input("is a JSON object over several lines", file.path(),
            jq_command(filter, file.path()) + " writes its records one a line");
}

}  // namespace

JsonSource::JsonSource(MappedFile file, std::string field) : file_(std::move(file)), records_(file_), field_(std::move(field)) {
  if (!records_.in_list()) refuse_one_object(records_.first(), file_);
  if (field_.starts_with('.')) field_.erase(0, 1);  // as jq writes it
  JsonRecordParser parser;
  const bool named = !field_.empty();
  if (!named) choose_field(parser);
  const JsonVector first = vector_of(records_.first(), 0, parser);
  if (!named) beside_ = first.beside;
  std::string fault;
  dim_ = read_vector(first, nullptr, 0, fault);
  if (dim_ < 0) bad_input(fault + in_field(), records_.where(0), kNameIt);
  if (dim_ == 0) bad_input("there is a vector of no numbers" + in_field(), records_.where(0), kNameIt);
  if (first.form == JsonVector::Form::kText && first.text.find('[') == std::string_view::npos) dtype_ = "float32";
  vector_of(records_.last(), rows() - 1, parser);  // a file that was cut off is found out before it is worked on
}

void JsonSource::choose_field(JsonRecordParser& parser) {
  const std::string where = records_.where(0);
  const std::vector<JsonPath> paths = parser.vectors(records_.first(), where);
  std::vector<std::string> top;  // fields of the record itself
  for (const JsonPath& path : paths)
    if (path.size() == 1 && path[0].element < 0) top.push_back(path[0].key);
  for (const char* usual : {"embedding", "vector"})
    if (std::find(top.begin(), top.end(), usual) != top.end()) {
      field_ = usual;
      return;
    }
  std::vector<JsonPath> rows;  // lists within a field of the record: ids may stand beside them
  for (const JsonPath& path : paths)
    if (path.size() == 2 && path[1].element >= 0) rows.push_back(path);
  const bool one_at_top = top.size() == 1 && rows.empty(), one_in_all = top.empty() && paths.size() == 1;
  if (one_at_top) field_ = top[0];
  if (one_in_all) field_ = to_string(paths[0]);
  if (one_at_top || one_in_all) return;
  if (paths.empty())
    bad_input("no field is a list of numbers", where, "a vector a line: {\"id\": 7, \"embedding\": [0.1, 0.2]}");
  const std::vector<JsonPath>& alike = rows.size() > 1 ? rows : paths;
  const auto step = only_difference(alike);
  const std::string filter = step ? jq_filter(alike[0], *step) : "";
  const std::string of_list = filter.starts_with(".[") ? ".[]" + filter.substr(1) : ".[]" + filter;
  bad_input("several fields are lists of numbers: " + list_of(paths), where,
            kNameIt + (step ? "; if they are rows, " + jq_command(records_.in_list() ? of_list : filter, file_.path()) +
                                  " writes them one a line"
                            : std::string()));
}

std::string JsonSource::in_field() const { return field_.empty() ? "" : " in '" + field_ + "'"; }

JsonVector JsonSource::vector_of(std::string_view record, Index row, JsonRecordParser& parser) const {
  const std::string where = records_.where(row);
  const std::optional<JsonVector> found = parser.find(record, field_, where);
  if (!found || found->form == JsonVector::Form::kOther) {
    const std::string name = field_.empty() ? "the record" : "the field '" + field_ + "'";
    const std::vector<JsonPath> others = parser.vectors(record, where);
    bad_input(found ? name + " is no list of numbers" : "there is no field '" + field_ + "'", where,
              others.empty() ? "remove or repair the row" : kNameIt + (", which every row needs; here: " + list_of(others)));
  }
  if (beside_ >= 0 && found->beside != beside_)
    bad_input("the lists on the way to '" + field_ + "' have " + std::to_string(found->beside) + " elements, not " +
                  std::to_string(beside_) + " as in row 0",
              where, "name the vector's field (`OpenOptions::field = " + field_ + "`) to leave out the other elements");
  return *found;
}

void JsonSource::for_each_record(Index first, Index count, const See& see) const {
  JsonRecordParser parser;
  records_.for_each(first, count,
                    [&](Index row, std::string_view record) { see(row, record, vector_of(record, row, parser)); });
}

void JsonSource::read(Index first, MatrixSpan out) try {
  if (out.cols != dim_) throw Error(ErrorKind::kInternal, "rows of another dimension were asked for", file_.path());
  std::string fault;
  for_each_record(first, out.rows, [&](Index row, std::string_view, const JsonVector& vector) {
    const Index found = read_vector(vector, out.row(row - first), dim_, fault);
    if (found == dim_) return;
    bad_input((found < 0 ? fault : "there are " + std::to_string(found) + " numbers") + in_field() +
                  (found < 0 ? "" : " instead of " + std::to_string(dim_)),
              records_.where(row), "remove or repair the row; row 0 is the first");
  });
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
