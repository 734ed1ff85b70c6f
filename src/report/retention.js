/* What the pages of `migrate` and `gate` share: the limits that a map was held against, and what a search keeps. */
const LIMITS = {verdict: "Verdict on the map's card", min_probability: "Probability of success", min_agreement: "Agreement of independent searches", min_pair_free_score: "Pair-free score",
  min_rows: "Rows of the smaller side of the fit", max_age_days: "Age of the map in days", min_top1: "Top-1 on evaluation pairs", min_cosine: "Centred cosine on evaluation pairs",
  max_far_rows: "Part of the rows that are far from those of the fit", min_mean_match: "Mean match of the rows in the store", min_recall: "What a search keeps"};
const hasRetention = typeof at("retention/recall/value") === "number";
function retentionTile(tile) {
  if (hasRetention) tile(`Kept of the ${at("retention/k")} nearest rows`, "retention/recall/value", ["95 %: ", ...ends("retention/recall"), "; by chance ", ["n", "retention/recall/null"]]);
}
/* checks: the path of a list of checks. */
function drawChecks(checks) {
  if (!at(checks)?.length) return;
  const node = section("Limits", "A limit on something measured is met when the end of its 95 % interval meets it.");
  table(node, ["Limit", "", "asked for", "found"], at(checks).map((check, k) => {
    const cell = (...names) => { const name = names.find(n => check[n] !== undefined); return [typeof check[name] === "number" ? ["n", `${checks}/${k}/${name}`] : check[name] ?? "–"]; };
    return [(LIMITS[check.name] ?? check.name) + (check.name.startsWith("min_") ? ", at least" : check.name.startsWith("max_") ? ", at most" : ""), [check.passed ? "met" : "not met"], cell("limit", "required"), cell("found")];
  }));
}
function drawRetention() {
  if (!hasRetention) return;
  const all = report.retention, node = section("What a search keeps", "Each query was searched among the documents as they are, and among the translated ones.");
  say(node, "p", [["n", "retention/queries"], " queries, ", ["n", "retention/documents"], " documents. ", all.translated_queries
    ? "The queries were translated like the documents. That shows what the translation blurs; it does not show whether the map is right, because a wrong rotation keeps all neighbours."
    : "The translated documents were asked with the same queries by the new model, so this is the search as it will be. Two models see different neighbours: a right map does not reach 1, and vectors made anew would not keep the old ones either."]);
  forest(node, [[`kept of the ${all.k} nearest`, "retention/recall", "ours"]], `Nearest rows that are found again, of ${all.k} a query`, "A circle is the mean over the queries, the band its 95 % interval, the diamond what chance finds.");
  const carried = all.thresholds.map((t, k) => ({...t, k})).filter(t => typeof t.after === "number");
  if (!carried.length) return;
  add(node, "h3", {}, "Cosines that an application compares with");
  add(node, "p", {}, "A cosine has another size in the new space. As many pairs of query and document lie at or above the cosine after as lay at or above the one before; kept says how many of them are the same pairs.");
  if (carried.length > 1) {
    const low = Math.min(...carried.map(t => Math.min(t.before, t.after))), high = Math.max(...carried.map(t => Math.max(t.before, t.after)));
    const drawn = plot(node, {title: "Cosine before and after", height: 240, list: false, x: {label: "cosine before", low, high}, y: {label: "cosine after", low, high}, note: "The dashed line is where a cosine would stay as it is."});
    add(drawn.svg, "line", {x1: drawn.X(low), y1: drawn.Y(low), x2: drawn.X(high), y2: drawn.Y(high), class: "rule"});
    const points = carried.map(t => ({x: t.before, y: t.after, says: `${figure(t.before)} becomes ${figure(t.after)}; of ${figure(t.pairs)} pairs ${figure(t.kept)} are the same`}));
    drawn.line("after", points, "s0");
    drawn.dots("", points, "s0", {opacity: 1});
    drawn.end();
  }
  table(node, ["Cosine before", "pairs at or above", "cosine after", "kept"], all.thresholds.map((_, k) => ["before", "pairs", "after", "kept"].map(name => [["n", `retention/thresholds/${k}/${name}`]])));
}
