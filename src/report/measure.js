/* Draws the measures of several spaces with each other: MeasureGrid::to_json with its CSV. */
const rowNames = report.rows, columnNames = report.columns, square = !report.layers, onePair = square && rowNames.length === 2;
const keys = Object.keys(report.catalogue), info = key => report.catalogue[key], first = report.pairs[0];
/* Pairs are in the order of cells; of a square grid those above the diagonal. */
const place = new Map();
{
  let next = 0;
  rowNames.forEach((_, i) => columnNames.forEach((_, j) => { if (!square || i < j) place.set(`${i} ${j}`, next++); }));
}
/* Where the JSON holds a measure of row i and column j: below the diagonal the two sides are exchanged. */
function cellPath(key, i, j) {
  if (square && i === j) return undefined;
  const swapped = square && i > j, k = place.get(swapped ? `${j} ${i}` : `${i} ${j}`);
  const path = `pairs/${k}/measures/${swapped && info(key).mirror ? info(key).mirror : key}`;
  return at(path) && path;
}
const adjusted = (key, i, j) => { const path = cellPath(key, i, j); return path ? at(path + "/adjusted") ?? 0 : undefined; };
/* A name that is too long keeps its end, which tells layers apart. */
const ending = (text, most) => text.length > most ? "…" + text.slice(1 - most) : text;
const pairName = p => `${p.row} – ${p.column}`;
const lower = key => info(key).closer === "lower";
const byCloseness = (key, a, b) => (lower(key) ? 1 : -1) * ((at(a + "/value") ?? NaN) - (at(b + "/value") ?? NaN)) || 0;
const pathsOf = key => report.pairs.map((_, k) => ({k, path: `pairs/${k}/measures/${key}`})).filter(p => at(p.path));
const title = key => info(key).title[0].toUpperCase() + info(key).title.slice(1);
const arrow = key => `${title(key)} ${lower(key) ? "↓" : "↑"}`, ARROWS = "↑ says that higher is closer, ↓ that lower is.";
const direction = key => `${lower(key) ? "Lower" : "Higher"} is closer; ${figure(info(key).best)} is the same`;

/* ---- what was found ---- */
add(page, "h1", {}, onePair ? `How alike are ${rowNames[0]} and ${columnNames[1]}?` : "How alike are the spaces?");
say(page, "p", [square ? `${rowNames.length} spaces, ` : `${rowNames.length} layers and ${columnNames.length} layers, `, ["n", "pairs/0/rows"], " pairs of rows",
  first.rows < first.rows_given ? " at random of " : "", ...(first.rows < first.rows_given ? [["n", "pairs/0/rows_given"]] : []), ", neighbours ", ["n", "pairs/0/k"],
  ". Chance is what the same measure gives when rows are paired at random; adjusted values put chance at 0 and spaces that are the same at 1, so that measures can be compared. Intervals are 95 %."], {class: "soft"});
{
  const link = add(add(page, "p"), "a", {download: "measures.csv", href: "data:text/csv;charset=utf-8," + encodeURIComponent(report.csv)}, "Download every figure as CSV");
  link.append(" (it is in this page)");
}
const COLUMNS = ["value", "95 % interval", "by chance", "95 % of chance", "adjusted", "rows"];
const figuresOf = path => [[["n", path + "/value"], ...(at(path + "/estimate") && first.rows === first.rows_given ? [" ~"] : [])], ends(path), [["n", path + "/null/mean"]], ends(path + "/null"), [["n", path + "/adjusted"]], [["n", path + "/rows"]]];
if (onePair) {
  const node = section("Measures", ARROWS);
  table(node, ["Measure", ...COLUMNS], keys.map(key => [arrow(key), ...figuresOf(`pairs/0/measures/${key}`)]));
  const shares = keys.filter(key => { const x = first.measures[key]; return !lower(key) && typeof x.value === "number" && x.value >= 0 && x.value <= 1; });
  if (shares.length) forest(node, shares.map(key => [title(key), `pairs/0/measures/${key}`, "ours", `pairs/0/measures/${key}/null/mean`]), "Measures whose best value is 1",
    "A circle is the value, the band its interval, a diamond what chance gives.");
} else {
  const node = section("In short", "Of each measure the closest and the farthest pair, and what chance gives for the closest. " + ARROWS);
  table(node, ["Measure", "Closest pair", "value", "95 % interval", "by chance", "Farthest pair", "value"], keys.map(key => {
    const sorted = pathsOf(key).filter(p => typeof at(p.path + "/value") === "number").sort((a, b) => byCloseness(key, a.path, b.path)), [best, worst] = [sorted[0], sorted.at(-1)];
    if (!best) return [arrow(key), "–", ["–"], ["–"], ["–"], "–", ["–"]];
    return [arrow(key), pairName(report.pairs[best.k]), [["n", best.path + "/value"]], ends(best.path), [["n", best.path + "/null/mean"]], pairName(report.pairs[worst.k]), [["n", worst.path + "/value"]]];
  }));
}

/* ---- orders of the spaces ---- */
const mean = values => values.length ? values.reduce((sum, x) => sum + x, 0) / values.length : 0;
/* How close two spaces are, whichever side comes first. */
const closeness = (key, i, j) => i === j ? 1 : mean([adjusted(key, i, j), adjusted(key, j, i)].filter(x => x !== undefined));
/* Like beside like: from the two ends of the closest pair, always the space that is closest to either end. */
function chain(key) {
  const rest = new Set(rowNames.keys()), all = [...rest];
  let [a, b] = [0, 1];
  for (const i of all) for (const j of all) if (i < j && closeness(key, i, j) > closeness(key, a, b)) [a, b] = [i, j];
  const order = [a, b];
  rest.delete(a); rest.delete(b);
  while (rest.size) {
    const ranked = [...rest].flatMap(i => [[closeness(key, i, order[0]), i, true], [closeness(key, i, order.at(-1)), i, false]]).sort((x, y) => y[0] - x[0]);
    ranked[0][2] ? order.unshift(ranked[0][1]) : order.push(ranked[0][1]);
    rest.delete(ranked[0][1]);
  }
  return order;
}
const ordered = (names, rank) => [...names.keys()].sort((i, j) => rank(j) - rank(i) || i - j);
const across = (key, i) => mean(columnNames.map((_, j) => adjusted(key, i, j)).filter(x => x !== undefined));
const down = (key, j) => mean(rowNames.map((_, i) => adjusted(key, i, j)).filter(x => x !== undefined));
const byName = names => [...names.keys()].sort((i, j) => names[i].localeCompare(names[j]));
/* name: [rows, columns] by the chosen measure. */
const ORDERS = {
  "as given": () => [[...rowNames.keys()], [...columnNames.keys()]],
  ...(square ? {"like beside like": key => { const order = chain(key); return [order, order]; }} : {}),
  "closest to all first": key => [ordered(rowNames, i => across(key, i)), square ? ordered(rowNames, i => across(key, i)) : ordered(columnNames, j => down(key, j))],
  "by name": () => [byName(rowNames), byName(columnNames)],
  ...(square ? Object.fromEntries(rowNames.map((name, k) => [`closest to ${name} first`, key => { const order = ordered(rowNames, i => closeness(key, i, k)); return [order, order]; }])) : {})};
function choice(parent, label, options) {
  const node = add(add(parent, "label", {}, label + " "), "select");
  for (const [value, name] of options) add(node, "option", {value}, name);
  return node;
}

/* ---- does agreement grow with a trait of the spaces? ---- */
const traitFamilies = report.agreement ? [...new Set(report.agreement.spaces.map(s => s.family))] : [];
const trendsWith = found => report.agreement.trends.map((trend, k) => ({k, path: `agreement/trends/${k}`, trend, of: report.agreement.agreements[trend.agreement]})).filter(found);
const SCALES = {adjusted: "less what chance gives", value: "as measured"};
const trendHeads = ["rank correlation", "95 % over spaces", "p", "spaces"];
const trendFigures = path => [[["n", path + "/rank_correlation"]], ends(path), [["n", path + "/p_value"]], [["n", path + "/spaces"]]];
/* Spaces by a trait and by their agreement. Traits of many sizes are drawn on a scale of powers. */
function drawTrend(parent, {path, trend, of}) {
  const name = report.agreement.traits[trend.trait], points = report.agreement.spaces.flatMap((space, i) =>
    typeof space.values[trend.trait] === "number" && typeof of.of_space[i] === "number" ? [{space, trait: space.values[trend.trait], y: of.of_space[i]}] : []);
  const traits = points.map(p => p.trait), powers = Math.min(...traits) > 0 && Math.max(...traits) > 30 * Math.min(...traits), scaled = v => powers ? Math.log10(v) : v;
  const around = values => { const low = Math.min(...values), high = Math.max(...values), pad = .08 * (high - low) || .05; return {low: low - pad, high: high + pad}; };
  const range = around(traits.map(scaled)), whole = ticks(range.low, range.high, 4);
  const drawn = plot(parent, {title: `${title(of.measure)} with ${of.with}, by ${name}`, height: 380, list: false,
    x: {label: name, ...range, ticks: whole, format: v => figure(powers ? 10 ** v : v)}, y: {label: "agreement", ...around(points.map(p => p.y))},
    note: `Each point is a space: up, its mean agreement with ${of.with}, ${SCALES[of.adjusted ? "adjusted" : "value"]}; to the right, its ${name}${powers ? ", on a scale of powers" : ""}.${lower(of.measure) && !of.adjusted ? " Lower values are closer: they are drawn as negatives, so that up is closer." : ""}`});
  const taken = [];
  for (const p of points.sort((a, b) => b.y - a.y)) {
    const k = traitFamilies.indexOf(p.space.family), px = drawn.X(scaled(p.trait)), py = drawn.Y(p.y), label = ending(p.space.name, 20), right = px > drawn.X(range.high) - 120;
    drawn.dots("", [{x: scaled(p.trait), y: p.y, says: `${p.space.name}${p.space.family ? ` (${p.space.family})` : ""}: ${name} ${figure(p.trait)}, agreement ${figure(p.y)}`}], `s${k % 8}`, {shape: k, r: 6, opacity: 1});
    const from = right ? px - 11 - 7 * label.length : px + 11, to = from + 7 * label.length;
    let ly = py + 4;  // a name that would lie on another moves down
    while (taken.some(t => Math.abs(t.ly - ly) < 14 && from < t.to && t.from < to)) ly += 14;
    taken.push({from, to, ly});
    text(drawn.svg, right ? to : from, ly, label, right ? "end" : "start", "label");
  }
  drawn.end();
  say(parent, "p", ["Rank correlation ", ["n", path + "/rank_correlation"], ...interval(path), ", p = ", ["n", path + "/p_value"], " over ", ["n", path + "/spaces"], " spaces."]);
}
if (report.agreement) {
  const traits = report.agreement.traits, node = section("Does agreement grow?", "Agreement of a space is its mean closeness to others. The rank correlation with a trait is 1 when each space of a higher trait is closer to the others, and about 0 when the two have nothing to do with each other. The interval is over resampled spaces; p is the part of permuted traits that correlate as strongly. Few spaces make wide intervals, and spaces of one family are no independent witnesses.");
  const withs = [...new Set(report.agreement.agreements.map(a => a.with))].filter(w => trendsWith(t => t.of.with === w).length);
  if (!withs.length) say(node, "p", ["Too few spaces have known traits: a trend needs four."]);
  else {
    const controls = add(node, "p", {class: "controls"}), of = choice(controls, "Measure", [...new Set(report.agreement.agreements.map(a => a.measure))].map(key => [key, info(key).title]));
    const trait = choice(controls, "trait", traits.map((name, t) => [t, name])), others = choice(controls, "agreement with", withs.map(w => [w, w])), scale = choice(controls, "scale", Object.entries(SCALES));
    const drawing = add(node, "div");
    const draw = () => {
      drawing.replaceChildren();
      const shown = trendsWith(t => t.trend.trait === Number(trait.value) && t.of.with === others.value), one = shown.find(t => t.of.measure === of.value && t.of.adjusted === (scale.value === "adjusted"));
      one ? drawTrend(drawing, one) : say(drawing, "p", ["This measure is undefined here, or too few spaces have this trait."]);
      table(drawing, [`${traits[trait.value]}, with ${others.value}`, "scale", ...trendHeads], shown.map(t => [title(t.of.measure), SCALES[t.of.adjusted ? "adjusted" : "value"], ...trendFigures(t.path)]));
    };
    for (const select of [of, trait, others, scale]) select.addEventListener("change", draw);
    if (withs.includes("other families")) others.value = "other families";
    draw();
    const more = add(node, "details", {class: "printed"});
    add(more, "summary", {}, "The spaces with their traits and agreements");
    const columns = report.agreement.agreements.map((a, k) => ({a, k})).filter(({a}) => a.adjusted && a.with === others.value);
    table(more, ["Space", "family", ...traits, ...columns.map(({a}) => info(a.measure).title)], report.agreement.spaces.map((space, i) => [ending(space.name, 39), space.family || "–",
      ...traits.map((_, t) => [["n", `agreement/spaces/${i}/values/${t}`]]), ...columns.map(({k}) => [["n", `agreement/agreements/${k}/of_space/${i}`]])]));
    add(more, "p", {class: "note"}, `Agreements are with ${others.value}, less what chance gives.`);
  }
}

/* ---- the map of the spaces ---- */
/* Eigenvalues and eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations. */
function eigen(matrix) {
  const a = matrix.map(line => line.slice()), n = a.length, v = a.map((_, i) => a.map((_, j) => i === j ? 1 : 0));
  for (let sweep = 0; sweep < 60; ++sweep) {
    let off = 0;
    for (let p = 0; p < n; ++p) for (let q = p + 1; q < n; ++q) {
      off += a[p][q] ** 2;
      if (Math.abs(a[p][q]) < 1e-14) continue;
      const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]), t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1)), c = 1 / Math.hypot(t, 1), s = t * c;
      for (let k = 0; k < n; ++k) [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
      for (let k = 0; k < n; ++k) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
      for (let k = 0; k < n; ++k) [v[k][p], v[k][q]] = [c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]];
    }
    if (off < 1e-20) break;
  }
  return {values: a.map((line, i) => line[i]), vectors: v};
}
/* Classical multidimensional scaling of 1 - closeness: points of the plane, and the share of the squared distances they keep. */
function mapped(key) {
  const n = rowNames.length, squared = rowNames.map((_, i) => rowNames.map((_, j) => (1 - Math.max(0, Math.min(1, closeness(key, i, j)))) ** 2));
  const means = squared.map(mean), total = mean(means), {values, vectors} = eigen(squared.map((line, i) => line.map((x, j) => -.5 * (x - means[i] - means[j] + total))));
  const order = ordered(values, i => values[i]), axis = k => { const i = order[k], scale = Math.sqrt(Math.max(0, values[i])); return vectors.map(v => v[i] * scale); };
  const [x, y] = [axis(0), axis(1)], all = values.reduce((sum, e) => sum + Math.max(0, e), 0);
  return {points: Array.from({length: n}, (_, i) => [x[i], y[i]]), share: all > 0 ? (Math.max(0, values[order[0]]) + Math.max(0, values[order[1]])) / all : 1};
}
function drawMap(parent, key) {
  const {points, share} = mapped(key), box = Math.max(280, Math.min(880, parent.clientWidth - 36)), tall = Math.min(440, Math.round(.75 * box));
  const middle = k => (Math.max(...points.map(p => p[k])) + Math.min(...points.map(p => p[k]))) / 2, reach = k => (Math.max(...points.map(p => p[k])) - Math.min(...points.map(p => p[k]))) / 2;
  const unit = Math.max(reach(0) / (.5 * box - 90), reach(1) / (.5 * tall - 40), 1e-6), [mx, my] = [middle(0), middle(1)];
  const drawn = plot(parent, {title: `Map of the spaces by ${info(key).title}`, height: tall, list: false,
    x: {bare: true, low: mx - unit * (box - 24) / 2, high: mx + unit * (box - 24) / 2}, y: {bare: true, low: my - unit * (tall - 22) / 2, high: my + unit * (tall - 22) / 2},
    note: `Spaces that agree lie together: distances are 1 less the adjusted value, drawn by multidimensional scaling. The plane keeps ${(100 * share).toFixed(0)} % of their squares.`});
  const nearest = i => ordered(rowNames, j => j === i ? -Infinity : closeness(key, i, j))[0];
  rowNames.forEach((name, i) => drawn.dots("", [{x: points[i][0], y: points[i][1], says: `${name}: closest to ${rowNames[nearest(i)]}, adjusted ${figure(closeness(key, i, nearest(i)))}`}], "s0", {r: 6, opacity: 1}));
  const taken = [];
  for (const i of ordered(rowNames, i => points[i][1])) {  // a name that would lie on another moves down
    const px = drawn.X(points[i][0]), right = px > box - 150;
    let py = drawn.Y(points[i][1]) + 4;
    while (taken.some(t => Math.abs(t.py - py) < 15 && Math.abs(t.px - px) < 150)) py += 15;
    taken.push({px, py});
    text(drawn.svg, px + (right ? -11 : 11), py, ending(rowNames[i], 24), right ? "end" : "start", "label");
  }
  drawn.end();
}

/* ---- heat maps ---- */
/* A table whose cells are coloured by the adjusted value. */
function heatMap(parent, key, [rows, columns]) {
  const node = add(add(parent, "div", {class: "scroll", tabindex: "0", role: "region", "aria-label": `Heat map: ${info(key).title}`}), "table", {class: "heat"});
  const head = add(add(node, "thead"), "tr");
  add(head, "td");
  for (const j of columns) add(add(head, "th", {scope: "col"}), "span", {title: columnNames[j]}, ending(columnNames[j], 24));
  const body = add(node, "tbody");
  for (const i of rows) {
    const tr = add(body, "tr");
    add(tr, "th", {scope: "row", title: rowNames[i]}, ending(rowNames[i], 24));
    for (const j of columns) {
      const path = cellPath(key, i, j);
      if (!path) { add(tr, "td", {class: "none"}, square && i === j ? "" : "–"); continue; }
      const says = `${rowNames[i]} and ${columnNames[j]}: ${figure(at(path + "/value"))}, 95 % ${figure(at(path + "/low"))} to ${figure(at(path + "/high"))}; by chance ${figure(at(path + "/null/mean"))}`;
      num(tr, path + "/value", "td", {title: says, style: `--share: ${Math.max(0, Math.min(1, adjusted(key, i, j))).toFixed(3)}`});
    }
  }
}
function span(values) {
  const [low, high] = [figure(Math.min(...values)), figure(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}
function measureBlock(parent, key, order) {
  const box = add(parent, "figure");
  add(box, "h3", {class: "name"}, arrow(key));
  const paths = pathsOf(key), chances = paths.map(p => at(p.path + "/null/mean")).filter(x => typeof x === "number");
  say(box, "p", [`${direction(key)}${chances.length ? `, chance ${span(chances)}` : ""}. `,
    `Value and interval: ${info(key).estimator}.`, info(key).biased ? " Chance alone moves this one: read the adjusted value." : "", chances.length < paths.length ? " Undefined where there are not more rows than the two dimensions together." : ""], {class: "note"});
  const s = `selected/${key}`;
  if (at(s)) say(box, "p", ["Best of ", ["n", s + "/best_of"], ": ", ["n", s + "/value"], ` at ${at(s + "/row")} and ${at(s + "/column")}; the best by chance `, ["n", s + "/null_of_best/mean"], " (", ["n", s + "/null_of_best/low"], " to ",
    ["n", s + "/null_of_best/high"], "), p = ", ["n", s + "/p_value"], "."], {class: "note"});
  heatMap(box, key, order);
  const more = add(box, "details", {class: "printed"});
  add(more, "summary", {}, "Every pair with interval and chance");
  table(more, ["Pair", ...COLUMNS], paths.sort((a, b) => byCloseness(key, a.path, b.path)).map(p => [ending(pairName(report.pairs[p.k]), 60), ...figuresOf(p.path)]));
}
if (!onePair) {
  const node = section(square && rowNames.length > 2 ? "Map and heat maps" : "Heat maps", "Numbers are values. Colour is the adjusted value: none is chance, full is the same. Every pair with its interval is below each.");
  const controls = add(node, "p", {class: "controls"});
  const order = choice(controls, "Order", Object.keys(ORDERS).map(name => [name, name])), by = choice(controls, "by", keys.map(key => [key, info(key).title]));
  const drawing = add(node, "div");
  const draw = () => {
    drawing.replaceChildren();
    if (square && rowNames.length > 2) drawMap(drawing, by.value);
    const both = ORDERS[order.value](by.value), wide = `min(100%, ${190 + 60 * columnNames.length}px)`;
    const grid = add(drawing, "div", {class: "side", style: `grid-template-columns: repeat(auto-fill, minmax(${wide}, 1fr))`});
    for (const key of keys) measureBlock(grid, key, both);
  };
  if (square && rowNames.length > 2) order.value = "like beside like";
  for (const select of [order, by]) select.addEventListener("change", draw);
  draw();
}

/* ---- the spaces themselves ---- */
{
  const sides = new Map();  // by name: in whichever pair it comes first
  report.pairs.forEach((pair, k) => { for (const side of ["a", "b"]) if (!sides.has(pair[side].name)) sides.set(pair[side].name, `pairs/${k}/${side}`); });
  const node = section("The spaces", "Each alone. The intrinsic dimension is that of the surface on which the rows lie; isotropy is 1 less the mean cosine of two rows.");
  table(node, ["Space", "values a row", "intrinsic dimension", "95 % interval", "isotropy", "95 % interval", "zero rows", "repeated rows"], [...sides].map(([name, path]) => [ending(name, 39), [["n", path + "/dim"]],
    [["n", path + "/intrinsic_dimension/value"]], ends(path + "/intrinsic_dimension"), [["n", path + "/isotropy/value"]], ends(path + "/isotropy"), [["n", path + "/zero_rows"]], [["n", path + "/repeated_rows"]]]));
}
if (report.pairs.some(pair => pair.reference)) {
  const node = section("By the reference definitions", "The same by the definitions of Huh et al. 2024's code, which clips values at the 0.95 quantile.");
  const names = Object.keys(first.reference);
  table(node, ["Pair", ...names], report.pairs.map((pair, k) => [ending(pairName(pair), 60), ...names.map(name => [["n", `pairs/${k}/reference/${name}`]])]));
}
