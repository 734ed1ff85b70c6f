/* Draws a migration: MigratePlan::to_json() of a dry run, or MigrateSummary::to_json(), with gate, retention, next. */
const dry = report.dry_run, refused = report.gate && !report.gate.passed, pending = report.pending > 0, blocked = (report.problems ?? []).length > 0;
const beside = `The new vectors are in ${report.into}, beside the old ones in ${report.column}, which all readers still use.`;
/* What was found or done, by the state of the migration. */
function found() {
  if (blocked) return ["high", "no", "The migration cannot begin yet", "What stands in its way is below. Nothing was changed."];
  if (refused) return ["high", "no", "Not migrated: the map does not pass", `Nothing was changed. Advice: ${report.advice}.`];
  switch (report.state) {
    case "new": return ["good", "yes", "Ready: nothing stands in its way", "This was a dry run. Nothing was changed."];
    case "translated": return pending ? ["moderate", "unknown", "Translated, but for rows that are pending", `Others wrote them meanwhile; the next call translates them. ${beside}`] : ["good", "yes", "Translated", beside];
    case "switched": return ["good", "yes", "Switched", `${report.column} holds the new vectors. The old ones are in ${report.old_column}, which the way back needs.`];
    case "finished": return ["good", "yes", "Finished", `${report.column} holds the new vectors; the old ones are dropped.`];
    case "dropped": return ["inconclusive", "shield", "Ended", `Column ${report.into} is gone, and ${report.column} is as it was.`];
    case "forgotten": return ["inconclusive", "shield", "Forgotten", "The tables in which migrations kept their state are dropped."];
    default: return ["moderate", "unknown", `Under way: ${report.state}`, "The same command goes on from here."];
  }
}
heading(`Migration of ${report.table}.${report.column}`, dry ? "Dry run" : "Migration");
banner(...found());
{
  const tile = tiles(page);
  if (report.rows) tile("Rows", "rows", [["n", "translated"], " translated, ", ["n", "pending"], " pending"]);
  retentionTile(tile);
  if (report.row_seconds >= 0) tile("Seconds for the rows", "row_seconds", report.index_seconds > 0 ? ["and for indexes ", ["n", "index_seconds"]] : ["estimated from a sample"]);
  if (report.seconds !== undefined) tile("Seconds", "seconds", report.translated_now ? [["n", "translated_now"], " rows by this call"] : ["this call"]);
}
drawNext();
if (blocked) table(section("What stands in its way"), ["What", "where", "try"], report.problems.map(p => [p.what, p.where || "–", p.hint || "–"]));

/* ---- the rows ---- */
const KINDS = [["translated", "translated by this map", "s0"], ["native", "written by others with the new model", "s2"], ["null_rows", "without a vector (NULL)", "s7"],
  ["wrong_dim", "of a wrong dimension, left as they are", "s1"], ["pending", "pending: the next call translates them", "s4"]];
/* One bar whose parts are the kinds of rows. */
function bar(parent, kinds) {
  const {svg, width} = frame(parent, "Rows by what became of them", undefined, 34), most = kinds.reduce((sum, [key]) => sum + report[key], 0);
  let x = 0;
  for (const [key, , kind] of kinds) {
    const wide = width * report[key] / most;
    add(svg, "rect", {x: x + (x ? 1 : 0), y: 4, width: Math.max(1.5, wide - 1), height: 26, class: kind, style: "stroke: none"});
    x += wide;
  }
}
if (report.rows > 0) {
  const node = section("The rows"), kinds = KINDS.filter(([key]) => report[key] > 0);
  if (kinds.length > 1) bar(node, kinds);
  table(node, ["Rows", "number"], [...kinds.map(([key, what]) => [what, [["n", key]]]), ["all", [["n", "rows"]]]]);
  if (report.native > 0) add(node, "p", {}, `Keys of native rows: ${report.native_keys.join(", ")}.`);
  if (report.stale > 0) say(node, "p", [["n", "stale"], ` old vectors may be of an older text, since others wrote the new ones. Keys: ${report.stale_keys.join(", ")}.`]);
  if (report.wrong_keys?.length) add(node, "p", {}, `Keys of rows of a wrong dimension: ${report.wrong_keys.join(", ")}.`);
  if (report.zero_rows > 0) say(node, "p", [["n", "zero_rows"], " vectors were all zero; they became the mean direction of the new model."]);
  if (report.verified > 0) say(node, "p", [["n", "verified"], " rows were read back and translated again; the largest difference of a value is ", ["n", "largest_difference"], "."]);
}
drawRetention();
drawChecks("gate/checks");
{
  const node = section("Where"), of = (dim, type) => dim ? [type ? `${type}, ` : "", ["n", dim], " dimensions"] : [type];
  facts(node, [["Table", report.table], ["Old column", [report.column, ...(report.source_dim ? [", ", ...of("source_dim")] : [])]], ["New column", [report.into, ...(report.target_dim ? [", ", ...of("target_dim", report.target_type)] : [])]],
    ...(report.old_column ? [["Old vectors after the switch", report.old_column]] : []), ["Map", report.map], ["SHA-256 of the map", report.map_sha256],
    ...(report.growth_bytes ? [["Bytes on disk now", [["n", "table_bytes"]]], ["More until the next VACUUM, at most", [["n", "growth_bytes"]]]] : []), ...(report.time_basis ? [["How the time was estimated", report.time_basis]] : [])]);
}
if (report.notes?.length) {
  const list = add(section("Notes"), "ul");
  for (const note of report.notes) add(list, "li", {}, note[0].toUpperCase() + note.slice(1) + ".");
}
