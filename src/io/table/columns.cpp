// SPDX-License-Identifier: Apache-2.0
#include "io/table/columns.h"

#include <algorithm>
#include <map>
#include <vector>

namespace vec2vec {
namespace {

using Shape = TextLayout::Shape;

constexpr Index kBrokenFigures = 1000;  // a bracket says more of where the vectors are than some numbers in a text

bool is_whole(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

bool is_unnamed(std::string_view name) { return name.empty() || name.starts_with("Unnamed: "); }

/// "0,5, 1,5": a space behind every second comma, which may be that of two numbers.
bool has_spaces_behind_pairs(const TextRecord& row) {
  Index commas = 0;
  for (std::size_t i = 0; i < row.text.size(); ++i) {
    if (row.text[i] == '"' || row.text[i] == '[') return false;
    if (row.text[i] != ',') continue;
    const bool space = i + 1 < row.text.size() && row.text[i + 1] == ' ';
    if (space != (commas++ % 2 == 1)) return false;
  }
  return commas >= 3;
}

class ColumnChooser {
 public:
  ColumnChooser(const TextSample& sample, const std::string& name) : sample_(sample), name_(name) {}

  TextAttempt choose() {
    layout_.dialect = sample_.dialect;
    layout_.notes = sample_.notes;
    layout_.promised_rows = sample_.promised_rows;
    count_columns();
    for (Index j = 0; j < layout_.columns; ++j) kinds_.push_back(kind_of_column(j));
    name_columns();
    std::vector<Index> lists = columns_of(CellKind::kList);
    if (lists.empty()) lists = columns_of(CellKind::kBrokenList);
    sample_.promised_rows >= 0 ? take_promised() : lists.empty() ? choose_numbers() : choose_list(lists);
    if (attempt_.fault.what.empty()) check_first_row();
    attempt_.layout = std::move(layout_);
    return std::move(attempt_);
  }

 private:
  CellKind& kind(Index j) { return kinds_[static_cast<std::size_t>(j)]; }
  void fail(std::string what, std::string hint) { attempt_.fault = {std::move(what), std::move(hint)}; }
  std::vector<Index> columns_of(CellKind wanted) {
    std::vector<Index> found;
    for (std::size_t j = 0; j < kinds_.size(); ++j)
      if (kinds_[j] == wanted) found.push_back(static_cast<Index>(j));
    return found;
  }
  std::string labels(const std::vector<Index>& columns) const;
  void count_columns();
  void name_columns();
  CellKind kind_of_column(Index j) const;
  void take_promised();
  void choose_list(const std::vector<Index>& lists);
  bool find_list(const std::vector<Index>& lists);
  void choose_numbers();
  void leave_out_index();
  void note_numbers();
  bool header_is_a_row() const;
  void check_first_row();

  const TextSample& sample_;
  const std::string& name_;
  TextLayout layout_;
  TextAttempt attempt_;
  std::vector<CellKind> kinds_;  // what the columns hold
  bool index_ = false;           // column 0 is an index without a name
};

std::string ColumnChooser::labels(const std::vector<Index>& columns) const {
  constexpr std::size_t kShown = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, columns.size()); ++i)
    text += (i == 0 ? "" : ", ") + column_label(layout_, columns[i]);
  return text + (columns.size() > kShown ? ", ..." : "");
}

/// As many columns as most rows have; as the first where others are as frequent.
void ColumnChooser::count_columns() {
  std::map<Index, int> seen;
  for (const TextRecord& row : sample_.rows) ++seen[row.count()];
  layout_.columns = sample_.rows[0].count();
  for (const auto& [columns, times] : seen)
    if (times > seen[layout_.columns]) layout_.columns = columns;
  attempt_.ragged = 2 * static_cast<std::size_t>(seen[layout_.columns]) <= sample_.rows.size();
  const Index last = layout_.columns - 1;
  const auto ends_empty = [&](const TextRecord& row) {
    return row.count() != layout_.columns || (row.cell(last).empty() && !row.cells.back().quoted);
  };
  const auto& header = sample_.header;
  layout_.open_end = last > 0 && sample_.dialect.separator != ' ' && sample_.rows.size() > 1 &&
                     std::all_of(sample_.rows.begin(), sample_.rows.end(), ends_empty) &&
                     (!header || header->count() < layout_.columns || header->cell(last).empty());
}

void ColumnChooser::name_columns() {
  if (!sample_.header) return;
  const Index names = sample_.header->count();
  if (names == layout_.columns) {
    for (const TextCell& cell : sample_.header->cells) layout_.names.emplace_back(cell.text);
  } else if (names > 1 && names != layout_.columns - 1) {
    layout_.notes.push_back("the first line has " + std::to_string(names) + " names, the rows have " +
                            std::to_string(layout_.columns) + " columns");
  }
}

/// What most cells of a column hold, numbers where text is no more frequent; missing ones count where there are no others.
CellKind ColumnChooser::kind_of_column(Index j) const {
  std::map<CellKind, int> seen;
  int all = 0;
  for (const TextRecord& row : sample_.rows) {
    if (row.count() != layout_.columns || row.kind(j) == CellKind::kMissing) continue;
    ++seen[row.kind(j) == CellKind::kCommaNumber ? CellKind::kNumber : row.kind(j)];
    ++all;
  }
  if (all == 0) return CellKind::kMissing;
  if (2 * seen[CellKind::kText] > all) return CellKind::kText;
  CellKind most = CellKind::kNumber;
  for (const auto& [each, times] : seen)
    if (each != CellKind::kText && times > seen[most]) most = each;
  return most;
}

/// The first line said how many numbers a row has: they are its last ones, behind a word or alone.
void ColumnChooser::take_promised() {
  layout_.dim = sample_.promised_dim;
  const bool alone = layout_.columns == layout_.dim;
  layout_.columns = layout_.dim + !alone;
  layout_.first = !alone;
  layout_.open_end = false;
  if (!alone && layout_.dialect.separator == ' ') layout_.shape = Shape::kWords;
  attempt_.figures = layout_.dim;
  if (!alone) layout_.notes.push_back("the word before each vector is left out");
}

/// Sets layout_.first to the column of lists that was asked for, or the only one, or that of the usual name.
bool ColumnChooser::find_list(const std::vector<Index>& lists) {
  const auto named = [&](const std::string& name) {
    for (const Index j : lists)
      if (static_cast<std::size_t>(j) < layout_.names.size() && layout_.names[static_cast<std::size_t>(j)] == name) {
        layout_.first = j;
        return true;
      }
    return false;
  };
  if (!name_.empty()) {
    if (named(name_)) return true;
    fail("there is no column '" + name_ + "' of vectors", "columns of vectors: " + labels(lists));
    return false;
  }
  layout_.first = lists[0];
  if (lists.size() == 1 || named("embedding") || named("vector")) return true;
  fail("several columns hold vectors: " + labels(lists), "name the column of the vectors (`OpenOptions::field`)");
  return false;
}

void ColumnChooser::choose_list(const std::vector<Index>& lists) {
  layout_.shape = Shape::kList;
  for (const TextRecord& row : sample_.rows)
    for (Index j = 0; j < row.count(); ++j)
      if (row.kind(j) == CellKind::kList) attempt_.figures = std::max(attempt_.figures, read_list(row.cell(j), nullptr, 0));
  if (kind(lists[0]) == CellKind::kBrokenList) attempt_.figures = kBrokenFigures;
  if (!find_list(lists)) return;
  for (const TextRecord& row : sample_.rows) {
    if (row.count() != layout_.columns || row.kind(layout_.first) != CellKind::kList) continue;
    if (layout_.dim == 0) layout_.dim = read_list(row.cell(layout_.first), nullptr, 0);
    if (row.cells[static_cast<std::size_t>(layout_.first)].quoted || has_bracket(row.cell(layout_.first))) continue;
    for (Index j = 0; j < row.count(); ++j)  // 0.1;0.2,0.3,0.4;0.5 is no vector of three beside two other things
      if (kind(j) != CellKind::kText && row.kind(j) == CellKind::kNumber && !is_whole(row.cell(j)))
        return fail(kTwoWays, kOneWay);
  }
  if (layout_.columns - layout_.open_end > 1)
    layout_.notes.push_back("the vectors are in " + column_label(layout_, layout_.first) + "; other columns are left out");
}

/// Pandas and R write an index: a first column without a name before others that have one, or one name less than columns.
void ColumnChooser::leave_out_index() {
  const auto& header = sample_.header;
  const Index named = layout_.columns - layout_.open_end - 1;
  if (!header || named < 1 || kind(0) != CellKind::kNumber) return;
  const bool whole = std::all_of(sample_.rows.begin(), sample_.rows.end(),
                                 [](const TextRecord& row) { return row.count() == 0 || is_whole(row.cell(0)); });
  const bool one_less = header->count() == named && named > 1 && whole;
  if (!one_less && (header->count() < named + 1 || !is_unnamed(header->cell(0)))) return;
  for (Index j = !one_less; j < named + !one_less; ++j)
    if (is_unnamed(header->cell(j))) return;
  kind(0) = CellKind::kText;
  index_ = true;
  layout_.notes.push_back("column 0 has no name and is left out: an index, as pandas and R write it");
}

void ColumnChooser::choose_numbers() {
  for (const CellKind each : kinds_) attempt_.figures += each == CellKind::kNumber;
  if (attempt_.figures == 0 && columns_of(CellKind::kMixed).empty()) return fail("no line of numbers was found", "");
  if (!name_.empty())
    return fail("there is no column '" + name_ + "' of vectors", "read a table with a number a cell without a name");
  if (layout_.open_end) kinds_.back() = CellKind::kText;
  leave_out_index();
  Index end = layout_.columns;
  while (layout_.first < end && kind(layout_.first) == CellKind::kText) ++layout_.first;
  while (end > layout_.first && kind(end - 1) == CellKind::kText) --end;
  layout_.dim = end - layout_.first;
  if (!columns_of(CellKind::kMixed).empty()) return fail(kTwoWays, kOneWay);
  Index among = end;
  while (among > layout_.first && kind(among - 1) != CellKind::kText) --among;
  const bool alone = layout_.dim < 2 && layout_.columns - layout_.open_end > 1;
  if (among > layout_.first || alone) {
    const bool prose = columns_of(CellKind::kText).size() > static_cast<std::size_t>(attempt_.figures) + 2;
    if (prose) attempt_.figures = 0;
    if (prose) return fail("no line of numbers was found", "");
    if (alone) return fail("there is only one column of numbers beside text, which makes no vectors", "");
    return fail("there is text among the numbers, in " + column_label(layout_, among - 1),
                "export the columns of the vector alone; text is left out where all of it stands before or behind them");
  }
  if (layout_.dialect.separator == ' ' && layout_.first == 1 && end == layout_.columns) layout_.shape = Shape::kWords;
  note_numbers();
}

void ColumnChooser::note_numbers() {
  const Index end = layout_.first + layout_.dim;
  std::string_view thousand;  // what may be one, when all numbers with a comma may
  bool thousands = true;
  for (const TextRecord& row : sample_.rows)
    for (Index j = layout_.first; j < std::min(end, row.count()); ++j) {
      if (row.kind(j) != CellKind::kCommaNumber) continue;
      layout_.dialect.decimal_comma = true;
      thousands &= has_thousands(row.cell(j));
      if (thousand.empty()) thousand = row.cell(j);
    }
  if (layout_.dialect.decimal_comma && thousands)
    return fail("the comma in " + excerpt(thousand) + " may set off thousands, or decimals",
                "numbers without thousands set off, and with decimal points");
  if (std::all_of(sample_.rows.begin(), sample_.rows.end(), has_spaces_behind_pairs)) return fail(kTwoWays, kOneWay);
  if (layout_.dialect.decimal_comma) layout_.notes.push_back("numbers are read with decimal commas");
  std::vector<Index> left_out;
  for (Index j = index_; j < layout_.columns - layout_.open_end; ++j)
    if (j < layout_.first || j >= end) left_out.push_back(j);
  if (layout_.shape == Shape::kWords)
    layout_.notes.push_back("the word before each vector is left out");
  else if (!left_out.empty())
    layout_.notes.push_back("left out, as no part of the vectors: " + labels(left_out));
}

/// What looks like names may be a row whose vector is missing: id7,NULL,NULL.
bool ColumnChooser::header_is_a_row() const {
  if (!sample_.header || sample_.header->count() != layout_.columns) return false;
  const Index cells = layout_.shape == Shape::kList ? 1 : layout_.dim;
  for (Index j = layout_.first; j < layout_.first + cells; ++j)
    if (sample_.header->kind(j) != CellKind::kMissing) return false;
  return true;
}

void ColumnChooser::check_first_row() {
  const TextRecord& row = header_is_a_row() ? *sample_.header : sample_.rows[0];
  layout_.first_row = row.begin;
  const bool text = layout_.shape == Shape::kList || !columns_of(CellKind::kText).empty();
  layout_.dialect.quotes |= text && layout_.dialect.separator != ' ';
  std::vector<float> out(static_cast<std::size_t>(layout_.dim));
  if (read_row(row.text, layout_, out.data())) return;
  if (header_is_a_row()) layout_.names.clear();
  attempt_.fault = fault_of(row.text, layout_);
  attempt_.in_row = true;
}

}  // namespace

TextAttempt choose_columns(const TextSample& sample, const std::string& name) { return ColumnChooser(sample, name).choose(); }

}  // namespace vec2vec
