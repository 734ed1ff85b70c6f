/* Draws an alignment: AlignSummary::to_json() with portrait, inputs, next. RUNS are the runs that the verdict was calibrated on. */
const portrait = report.portrait ?? {}, evidence = report.evidence, verdict = report.verdict, searched = (report.starts ?? []).length > 0;
const source = portrait.source?.name || "A", targets = (portrait.targets ?? []).map(t => t.name || "B"), several = targets.length > 1;
const runs = RUNS.lines.map(line => Object.fromEntries(RUNS.columns.map((name, k) => [name, line[k]])));
const percent = (part, all) => all ? `${(100 * part / all).toFixed(part === all || part === 0 ? 0 : 1)} %` : "–";

/* ---- what was found ---- */
const FOUND = {
  ALIGNED: ["good", "yes", "Aligned: a map was found", "The two spaces have one shape, and the map turns the first onto the second. It can be used; check it on rows of your own where you can."],
  UNCERTAIN: ["moderate", "unknown", "Uncertain: the map may be right or wrong", "The evidence is between that of right maps and that of wrong ones. Check it on known pairs before you use it, or search again."],
  NOT_ALIGNED: ["high", "no", "Not aligned: do not use the map", "What was found looks like what is found where nothing corresponds. This does not prove that the spaces cannot be aligned."]};
heading(`${source} into ${targets.join(", ") || "B"}`, "Alignment");
if (FOUND[verdict]) banner(...FOUND[verdict]);
else banner("good", "yes", "Map of known pairs", "Fitted to rows that are known to belong together. There is no verdict on it: its scores on held-out pairs tell how good it is.");
{
  const tile = tiles(page);
  if (searched) tile("Probability that the map is right", "evidence/probability", ["right: top-1 above half of what true pairs would give"]);
  if (searched) tile("Two searches found the same map", "evidence/agreement", ["1 = the same, 0 = unrelated"]);
  if (at("pairs/cross_validation")) tile("Held-out pairs, nearest row right", "pairs/cross_validation/top1", ["95 %: ", ["n", "pairs/cross_validation/top1_low"], " – ", ["n", "pairs/cross_validation/top1_high"]]);
  if (portrait.source) tile("Rows of " + shortened(source, 20), "portrait/source/rows", [["n", "portrait/source/dim"], " dimensions"]);
  (portrait.targets ?? []).slice(0, 3).forEach((t, k) => tile("Rows of " + shortened(targets[k], 20), `portrait/targets/${k}/rows`, [["n", `portrait/targets/${k}/dim`], " dimensions"]));
  if (report.seconds !== undefined) tile("Seconds", "seconds", [`${(report.starts ?? []).length} searches`]);
}

/* ---- next ---- */
drawNext();

/* ---- evidence ---- */
/* Good runs upwards, failed ones downwards, in bins; the dashed line is this run. */
function amongRuns(parent, key, title, note, low, high, format) {
  const bins = 24, step = (high - low) / bins, up = new Array(bins).fill(0), down = new Array(bins).fill(0);
  const bin = v => Math.max(0, Math.min(bins - 1, Math.floor((v - low) / step)));
  for (const run of runs) (run.good ? up : down)[bin(run[key])]++;
  const most = Math.max(...up, ...down), value = evidence[key];
  const drawn = plot(parent, {title, note, height: 210, x: {label: title.toLowerCase(), low, high, format}, y: {label: "runs", low: -1.1 * most, high: 1.1 * most, format: v => String(Math.abs(Math.round(v)))}});
  const rect = (b, n, kind) => { if (n) add(drawn.svg, "rect", {x: drawn.X(low + b * step) + .5, width: drawn.X(step) - drawn.X(0) - 1, y: Math.min(drawn.Y(0), drawn.Y(n)), height: Math.abs(drawn.Y(n) - drawn.Y(0)), class: kind, style: "stroke: none", "fill-opacity": .75}); };
  up.forEach((n, b) => rect(b, n, "s2")); down.forEach((n, b) => rect(b, -n, "s1"));
  add(drawn.svg, "line", {x1: drawn.X(low), x2: drawn.X(high), y1: drawn.Y(0), y2: drawn.Y(0), class: "axis"});
  drawn.upright(Math.max(low, Math.min(high, value)), `this run: ${key === "probability" ? probability(value) : figure(value)}`);
  drawn.entry("right maps", "s2", 1); drawn.entry("wrong maps", "s1", 1);
  const dots = (name, counts, sign, kind) => drawn.dots(name, counts.map((n, b) => ({x: low + (b + .5) * step, y: n, says: `${name}, ${figure(low + b * step)} to ${figure(low + (b + 1) * step)}: ${n} runs`})).filter(p => p.y), kind, {r: 0});
  dots("right maps", up, 1, "s2"); dots("wrong maps", down, -1, "s1");
  drawn.end();
}
if (searched) {
  const node = section("Can it be believed?", "Nothing here needs a known pair. Each figure is drawn among those of runs whose truth is known: right maps upwards, wrong ones downwards. This run is the dashed line.");
  const verdictOf = p => p >= RUNS.aligned ? "ALIGNED" : p >= RUNS.not_aligned ? "UNCERTAIN" : "NOT_ALIGNED";
  const same = runs.filter(run => verdictOf(run.probability) === verdict), unseen = same.filter(run => run.test), right = of => of.filter(run => run.good).length;
  add(node, "p", {}, `${same.length} of the ${runs.length} runs got this verdict, ${verdict}; ${right(same)} of their maps were right.` + (unseen.length ? ` Among those that the model had never seen: ${right(unseen)} of ${unseen.length}.` : ""));
  const side = add(node, "div", {class: "side"});
  amongRuns(side, "probability", "Probability", "What the model makes of the figures beside it.", 0, 1);
  amongRuns(side, "agreement", "Agreement of two searches", "Mean cosine of the translations of the best two independent searches.", -.1, 1);
  amongRuns(side, "score_margin", "Score above random maps", "Pair-free score, in standard deviations above climbs that start from random maps.", 0, Math.max(...runs.map(r => r.score_margin), evidence.score_margin));
  amongRuns(side, "half_agreement", "Halves that agree", "Part of the rows with the same nearest row under maps of either half of the rows.", 0, 1);
  amongRuns(side, "mutual_neighbours", "Mutual neighbours", "Part of the translated rows that are the nearest to their nearest row. Shown only: it does not enter the probability.", 0, 1);
  amongRuns(side, "searches_needed", "Searches needed", "Until two agreed, over the least number. Right maps are found soon.", 0, Math.max(...runs.map(r => r.searches_needed), evidence.searches_needed));
  drawStarts(node, report.starts);
  add(node, "p", {class: "note"}, `The search stopped because ${report.stopped_because}.`);
}
if (report.pairs) {
  const node = section("Known pairs");
  facts(node, [["Pairs given", [["n", "pairs/given"]]], ["Contradicted by the map", [["n", "pairs/dropped"]]],
    ...(at("pairs/cross_validation") ? [["Held out and scored", [["n", "pairs/cross_validation/pairs"], " pairs, each among ", ["n", "pairs/cross_validation/pool"], " candidates"]], ["Mean centred cosine", [["n", "pairs/cross_validation/cosine"]]]] : [])]);
}

/* ---- both spaces ---- */
const groupName = g => portrait.groups[g].words?.length ? portrait.groups[g].words.join(", ") : `group ${g + 1}`;
const rowName = (side, k) => { const rows = portrait.drawn[side]; return `Row ${rows.row[k]} of ${side === "source" ? source : targets[0]}${rows.text ? `: ${shortened(rows.text[k], 90)}` : ""} (${groupName(rows.group[k])})`; };
/* by: "side" or "group". Circles are rows of the target, triangles those of the source. */
function cloud(parent, view, by, title, note) {
  const drawn = plot(parent, {title, note, height: width => Math.min(440, Math.round(.85 * width)), list: false, x: {low: -1.03, high: 1.03, bare: true, label: ""}, y: {low: -1.03, high: 1.03, bare: true, label: ""}});
  const groups = portrait.groups.map((_, g) => g);
  for (const [side, shape] of [["target", 0], ["source", 2]]) {
    const points = view[side].map(([x, y], k) => ({x, y, group: portrait.drawn[side].group[k], says: rowName(side, k)}));
    if (by === "side") drawn.dots("", points, side === "source" ? "s1" : "s0", {shape, r: 2.6, opacity: .55});
    else for (const g of groups) drawn.dots("", points.filter(p => p.group === g), `s${g}`, {shape, r: 2.9, opacity: .6});
  }
  if (by === "side") { drawn.entry(several && view === portrait.after[0] ? "the known spaces" : view.space, "s0", 0); drawn.entry(source, "s1", 2); }
  else for (const g of groups) drawn.entry(groupName(g), `s${g}`, 0);
  drawn.end();
}
if (portrait.before) {
  const node = section("Both spaces, before and after", "Each point is a row. The coordinates of two models have nothing to do with each other: laid side by side as they are, the clouds do not fit. The map turns one into the other.");
  const one = add(node, "div", {class: "side"});
  cloud(one, portrait.before, "side", "Before", `Rows as they are given, the shorter ones with zeros behind them, in the plane in which the groups below differ most.`);
  cloud(one, portrait.after[0], "side", several ? "After, in the consensus" : "After", `Translated rows of ${source}, triangles, beside rows of ${several ? "the known spaces" : targets[0]}, circles.`);
  const two = add(node, "div", {class: "side"});
  cloud(two, portrait.before, "group", "Before, by group", "Groups are made from the rows after the map, by k-means. Triangles are " + source + ", circles " + targets[0] + ".");
  cloud(two, portrait.after[0], "group", "After, by group", verdict === "NOT_ALIGNED" ? "The map is not to be believed, and neither are the groups of the translated rows." : "Rows of one group lie together, whichever model they come from.");
  if (several) {
    add(node, "h3", {}, "In each known space");
    const more = add(node, "div", {class: "side"});
    portrait.after.slice(1).forEach(view => cloud(more, view, "side", view.space, `Translated rows of ${source} beside rows of ${view.space}.`));
  }
  const total = side => portrait.groups.reduce((sum, g) => sum + g[side + "_rows"], 0);
  table(node, ["Group", `rows of ${shortened(source, 24)}`, "share", `rows of ${shortened(targets[0], 24)}`, "share"], portrait.groups.map((g, k) =>
    [groupName(k), [["n", `portrait/groups/${k}/source_rows`]], [percent(g.source_rows, total("source"))], [["n", `portrait/groups/${k}/target_rows`]], [percent(g.target_rows, total("target"))]]));
  add(node, "p", {class: "note"}, "A group that one side has much more of than the other holds texts of another kind; rows of it are translated less well." + (portrait.drawn.source.text || portrait.drawn.target.text ? "" : " Groups get words for names when texts are given (--texts-a, --texts-b)."));
}

/* ---- spectra ---- */
if (portrait.source?.spectrum?.length > 1) {
  const node = section("Spectra", "How the variance is spread over the directions of each space. Spaces that align have spectra of one form; a few directions that hold most of it are a warning.");
  const all = [portrait.source, ...portrait.targets], length = Math.max(...all.map(s => s.spectrum.length));
  const log = v => Math.log10(Math.max(1e-5, v));
  const curves = [[source, portrait.source.spectrum], ...portrait.targets.flatMap((t, k) => [[targets[k], t.spectrum], [`${source} in ${targets[k]}`, t.translated_spectrum]])].filter(([, s]) => s?.length);
  const values = curves.flatMap(([, s]) => s.map(log));
  const drawn = plot(node, {title: "Share of the variance in each direction", height: 280, note: "Logarithmic. The translated rows should follow the space they were translated into.",
    x: {label: "direction", low: 1, high: length}, y: {label: "share of the variance (log10)", low: Math.min(...values), high: Math.max(...values), format: v => `${Number((100 * 10 ** v).toPrecision(2))} %`}});
  curves.forEach(([name, spectrum], k) => { drawn.line(name, spectrum.map((v, d) => ({x: d + 1, y: log(v), says: `${name}, direction ${d + 1}: ${(100 * v).toFixed(2)} % of the variance`})), `s${k % 8}`); drawn.entry(name, `s${k % 8}`, 0, true); });
  drawn.end();
  facts(node, [[`Effective rank of ${source}`, [["n", "portrait/source/effective_rank"], " of ", ["n", "portrait/source/dim"]]], ...targets.map((name, k) => [`Effective rank of ${name}`, [["n", `portrait/targets/${k}/effective_rank`], " of ", ["n", `portrait/targets/${k}/dim`]]])]);
}

/* ---- neighbours ---- */
const titleOf = (row, text) => text === undefined ? [`row `, String(row)] : `${row}: ${text}`;
function examples(parent, key, title, heads) {
  add(parent, "h3", {}, title);
  const rows = at("portrait/" + key);
  table(parent, heads, rows.map((example, i) => [titleOf(example.row, example.text && shortened(example.text, 70)),
    ...example.nearest.slice(0, example.text || example.nearest[0].text ? 1 : 3).flatMap((near, j) => [near.text === undefined ? [`row ${near.row}`] : `${near.row}: ${shortened(near.text, 80)}`, [["n", `portrait/${key}/${i}/nearest/${j}/cosine`]]]),
    [example.mutual ? "yes" : "no"]].map((cell, k) => k === 0 && Array.isArray(cell) ? cell.join("") : cell)));
}
if (portrait.of_source) {
  const node = section("Nearest rows", "Rows spread evenly over either side, and what lies nearest to them on the other. The two sides hold different texts, so look for the same subject, not for the same text. Mutual: each is the nearest to the other.");
  const texts = portrait.of_source[0]?.text !== undefined || portrait.of_source[0]?.nearest[0].text !== undefined;
  const heads = (from, to) => texts ? [from, `nearest in ${to}`, "cosine", "mutual"] : [from, `nearest in ${to}`, "cosine", "second", "cosine", "third", "cosine", "mutual"];
  examples(node, "of_source", `From ${source}, translated`, heads(source, several ? "the known spaces" : targets[0]));
  examples(node, "of_target", `From ${several ? "the known spaces" : targets[0]}`, heads(several ? "known" : targets[0], source));
}
if (portrait.nearest) {
  const node = section("How near are the nearest rows?", "Cosine of each row with its nearest row of the target. Translated rows that lie about as near as the target's own rows are in a place where the target has rows, too.");
  const side = add(node, "div", {class: "side"}), low = Math.min(...portrait.nearest.translated, ...portrait.nearest.target);
  drawCosines(side, `Translated rows of ${source}`, "", portrait.nearest.translated, undefined, "", low);
  drawCosines(side, `Rows of ${several ? "the known spaces" : targets[0]} among themselves`, "", portrait.nearest.target, undefined, "", low);
  add(node, "h3", {}, "Rows that are far from all others");
  add(node, "p", {}, "Their translations have no near row in the target: texts of a kind that the target does not have, or rows that the map does not reach. Trust them least.");
  table(node, [source, "nearest", "cosine"], portrait.far.map((row, i) => [row.text === undefined ? `row ${row.row}` : `${row.row}: ${shortened(row.text, 80)}`,
    row.nearest.text === undefined ? [`row ${row.nearest.row}`] : `${row.nearest.row}: ${shortened(row.nearest.text, 80)}`, [["n", `portrait/far/${i}/cosine`]]]));
}

/* ---- reproduction ---- */
{
  const node = section("How it was made");
  if (report.command) add(node, "pre", {}, report.command);
  const rows = [];
  const input = (name, path) => { if (at(path)) rows.push([name, [`${at(path + "/path") || at(path + "/name")} – ${at(path + "/format") ?? ""} ${at(path + "/dtype") ?? ""}, `, ["n", path + "/rows"], " rows × ", ["n", path + "/dim"], at(path + "/sha256") ? `, SHA-256 ${at(path + "/sha256")}` : ""]]); };
  input("Source", "inputs/source"); input("Target", "inputs/target");
  (at("inputs/more_targets") || []).forEach((_, k) => input("Known space", `inputs/more_targets/${k}`));
  if (report.map) rows.push(["Map", [report.map]]);
  if (report.left_out) rows.push(["Rows left out", [["n", "left_out/source"], " of the source, ", ["n", "left_out/target"], " of the target"]]);
  facts(node, rows);
  add(node, "p", {class: "note"}, "All figures of this page are those of the JSON that it holds. Points, groups and nearest rows are of rows spread evenly over the files.");
}
document.title = `${verdict ?? "Map"}: ${source} into ${targets.join(", ")}`;
