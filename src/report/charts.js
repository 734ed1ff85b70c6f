"use strict";
/* The one chart library of all pages: text, tables and figures out of the report's JSON. docs/hacking/pages.md shows its use. */
const report = JSON.parse(document.getElementById("report").textContent);
const page = document.getElementById("page");

/* ---- nodes; texts of the report go in as text nodes only ---- */
function add(parent, tag, attributes = {}, ...children) {
  const svg = parent.namespaceURI === "http://www.w3.org/2000/svg" || tag === "svg";
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(name, value);
  node.append(...children);
  parent.append(node);
  return node;
}
const at = path => path.split("/").reduce((value, key) => value?.[key], report);
const shortened = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;

/* ---- numbers ---- */
function figure(x) {
  if (x === null || x === undefined) return "–";
  if (Number.isInteger(x)) return x.toLocaleString("en");
  const size = Math.abs(x);
  return size < 5e-4 ? x.toExponential(1) : size < 10 ? x.toFixed(3) : size < 1000 ? x.toFixed(1) : Math.round(x).toLocaleString("en");
}
/* A probability is never shown as certain, whichever way it would be rounded. */
function probability(x) { return typeof x !== "number" ? figure(x) : x >= .9995 ? ">0.999" : x < .0005 ? "<0.001" : x.toFixed(3); }
/* A number of the report by its path, marked so that page and JSON can be compared. */
function num(parent, path, tag = "span", attributes = {}) {
  return add(parent, tag, {...attributes, "data-json": path}, path.endsWith("/probability") ? probability(at(path)) : figure(at(path)));
}
/* Parts of a sentence: strings, and ["n", path] for a number of the report. */
function say(parent, tag, parts, attributes = {}) {
  const node = add(parent, tag, attributes);
  for (const part of parts) Array.isArray(part) ? num(node, part[1]) : node.append(part);
  return node;
}
const interval = path => typeof at(path + "/low") === "number" ? [" (", ["n", path + "/low"], " to ", ["n", path + "/high"], ")"] : [];
const ends = path => typeof at(path + "/low") === "number" ? [["n", path + "/low"], " – ", ["n", path + "/high"]] : ["–"];

/* Tables that say what no figure says are printed, too. */
addEventListener("beforeprint", () => document.querySelectorAll("details.printed").forEach(node => { node.open = true; }));

/* ---- parts of a page ---- */
/* The title, and below it what the page is of, when and by which version it was made. */
function heading(title, what) {
  add(page, "h1", {}, title);
  add(page, "p", {class: "soft"}, [what, report.date?.slice(0, 10), report.library_version && `vec2vec ${report.library_version}`].filter(Boolean).join(" · "));
}
function drawNext() {
  if (!report.next?.length) return;
  const node = section("What to do next");
  report.next.forEach(step => { add(node, "p", {}, step.say); add(node, "pre", {}, step.command); });
}
function section(title, intro) {
  const node = add(page, "section");
  add(node, "h2", {}, title);
  if (intro) add(node, "p", {}, intro);
  return node;
}
const ICONS = {
  warn: "M12 3L22 20.5H2zM12 9.5v5M12 17.5v.1", shield: "M12 2l8 3.5v6c0 5-3.4 8.8-8 10.5-4.6-1.7-8-5.5-8-10.5v-6zM8.5 12h7",
  unknown: "M12 2.5a9.5 9.5 0 1 0 .01 0zM9.2 9.6a2.9 2.9 0 1 1 4.3 2.5c-1 .6-1.5 1.1-1.5 2.1M12 17.2v.1", yes: "M12 2.5a9.5 9.5 0 1 0 .01 0zM7.5 12.5l3 3 6-7",
  no: "M12 2.5a9.5 9.5 0 1 0 .01 0zM8.5 8.5l7 7M15.5 8.5l-7 7"};
/* What was found, in one colour of the stylesheet, its name and an icon. */
function banner(colour, icon, title, sentence) {
  const node = add(page, "div", {class: "banner", style: `color: var(--${colour}); background: var(--tint-${colour})`});
  const drawn = add(node, "svg", {viewBox: "0 0 24 24", "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linejoin": "round", "stroke-linecap": "round"});
  add(drawn, "path", {d: ICONS[icon]});
  const words = add(node, "div");
  add(words, "strong", {}, title);
  add(words, "span", {}, sentence);
}
/* Large figures: tiles(parent)(what, path of a number or a word, parts of what it is to be compared with). */
function tiles(parent) {
  const row = add(parent, "div", {class: "tiles"});
  return (what, path, than) => {
    const node = add(row, "div", {class: "tile"});
    add(node, "span", {class: "what"}, what);
    typeof at(path) === "number" ? num(node, path, "span", {class: "value"}) : add(node, "span", {class: "value word"}, at(path) ?? "–");
    say(node, "span", than, {class: "than"});
  };
}
function facts(parent, rows) {
  const list = add(parent, "dl", {class: "facts"});
  for (const [name, parts] of rows) { add(list, "dt", {}, name); say(list, "dd", Array.isArray(parts) ? parts : [parts]); }
}
/* Cells are parts as in say, or a string, which is left of its column and may break. */
function table(parent, heads, rows) {
  const node = add(add(parent, "div", {class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${heads.join(", ")}`}), "table");
  const head = add(add(node, "thead"), "tr"), isText = k => k && rows.length && !Array.isArray(rows[0][k]);
  heads.forEach((text, k) => add(head, "th", {scope: "col", class: isText(k) ? "text" : undefined}, text));
  const body = add(node, "tbody");
  for (const row of rows) {
    const tr = add(body, "tr");
    row.forEach((cell, k) => say(tr, "td", Array.isArray(cell) ? cell : [cell], Array.isArray(cell) || !k && cell.length < 40 ? {} : {class: "text"}));
  }
}

/* ---- figures ---- */
const text = (svg, x, y, string, anchor = "start", kind = "") => add(svg, "text", {x, y, "text-anchor": anchor, class: kind}, string);
/* A frame with a title and a note. Drawn as wide as there is room, so that its writing has the same size on any screen. */
function frame(parent, title, note, heightOf) {
  const box = add(parent, "figure");
  add(box, "p", {class: "name"}, title);
  const legend = add(box, "ul", {class: "legend", hidden: ""});
  const width = Math.max(280, Math.min(880, box.clientWidth - 36)), height = typeof heightOf === "function" ? heightOf(width) : heightOf;
  const svg = add(box, "svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title});
  if (note) add(box, "figcaption", {}, note);
  return {box, svg, legend, width, height};
}
/* About n round steps from low to high. */
function ticks(low, high, n = 5) {
  const raw = (high - low) / n, power = 10 ** Math.floor(Math.log10(raw)), step = power * ([1, 2, 2.5, 5].find(m => m * power >= raw * .999) ?? 10);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; ++k) found.push(Number((k * step).toPrecision(12)));
  return found;
}
/* Groups differ in colour and in shape. */
const SHAPES = [r => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`, r => `M${-r} ${-r}h${2 * r}v${2 * r}h${-2 * r}z`, r => `M0 ${-1.2 * r}l${1.15 * r} ${2 * r}h${-2.3 * r}z`,
  r => `M0 ${-1.3 * r}l${1.3 * r} ${1.3 * r}l${-1.3 * r} ${1.3 * r}l${-1.3 * r} ${-1.3 * r}z`];
const mark = (svg, x, y, kind, shape, r, more = {}) => add(svg, "path", {d: SHAPES[shape % SHAPES.length](r), transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`, class: kind, ...more});
/* A plot. x and y: {label, low, high, ticks, format, bare: no axis}. Draw with line, dots, bars and rules in the units of the data, then call end(), which lets
   pointer and arrow keys read the points and lists them in a table. */
function plot(parent, {title, note, x, y, height = 300, list = true}) {
  const {box, svg, legend, width, height: h} = frame(parent, title, note, height);
  const left = y.bare ? 10 : 58, right = width - 14, top = 12, bottom = h - (x.bare ? 10 : x.label ? 44 : 28);
  const span = a => { if (!(a.high - a.low > 1e-12)) { a.low -= .5; a.high += .5; } };
  span(x); span(y);
  const X = v => left + (right - left) * (v - x.low) / (x.high - x.low), Y = v => bottom - (bottom - top) * (v - y.low) / (y.high - y.low);
  const written = (a, v) => (a.format ?? (u => String(Number(u.toPrecision(6)))))(v);
  if (!y.bare) for (const t of y.ticks ?? ticks(y.low, y.high, 4)) {
    add(svg, "line", {x1: left, x2: right, y1: Y(t), y2: Y(t), class: "grid"});
    text(svg, left - 8, Y(t) + 4, written(y, t), "end", "soft");
  }
  if (!x.bare) {
    add(svg, "line", {x1: left, x2: right, y1: bottom, y2: bottom, class: "axis"});
    for (const t of x.ticks ?? ticks(x.low, x.high, Math.max(2, Math.floor(width / 110)))) text(svg, X(t), bottom + 18, written(x, t), X(t) > right - 20 ? "end" : X(t) < left + 6 ? "start" : "middle", "soft");
    if (x.label) text(svg, (left + right) / 2, h - 6, x.label, "middle", "soft");
  }
  const series = [], points = [];
  const keep = (name, data) => { if (name) series.push({name, data}); for (const p of data) points.push({...p, name}); };
  const entry = (name, kind, shape, long) => {
    legend.removeAttribute("hidden");
    const item = add(legend, "li"), swatch = add(item, "svg", {viewBox: "0 0 14 14", "aria-hidden": "true"});
    long ? add(swatch, "path", {d: "M0 7h14", class: kind + " line"}) : mark(swatch, 7, 7, kind, shape ?? 0, 5);
    item.append(name);
  };
  const drawn = {svg, X, Y, entry,
    line(name, data, kind, area) {
      const path = data.map(p => `${X(p.x).toFixed(1)} ${Y(p.y).toFixed(1)}`).join("L");
      if (area) add(svg, "path", {d: `M${X(data[0].x)} ${bottom}L${path}L${X(data.at(-1).x)} ${bottom}z`, class: kind + " area"});
      add(svg, "path", {d: "M" + path, class: kind + " line", "data-series": name});
      keep(name, data);
    },
    dots(name, data, kind, {shape = 0, r = 4.5, opacity = .7} = {}) {
      for (const p of data) mark(svg, X(p.x), Y(p.y), kind, shape, r, {"fill-opacity": opacity, stroke: "none", style: "stroke: none"});
      keep(name, data);
    },
    bars(name, data, kind, step) {
      const wide = Math.abs(X(step) - X(0));
      for (const p of data) if (p.y > y.low) add(svg, "rect", {x: X(p.x) + 1, width: Math.max(1, wide - 2), y: Y(p.y), height: bottom - Y(p.y), class: kind, style: "stroke: none", "fill-opacity": .7});
      keep(name, data);
    },
    upright(value, label) {
      add(svg, "line", {x1: X(value), x2: X(value), y1: top, y2: bottom, class: "rule"});
      if (label) text(svg, X(value) + (X(value) > (left + right) / 2 ? -6 : 6), top + 10, label, X(value) > (left + right) / 2 ? "end" : "start", "label");
    },
    level(value, label) {
      add(svg, "line", {x1: left, x2: right, y1: Y(value), y2: Y(value), class: "rule"});
      if (label) text(svg, right - 4, Y(value) - 6, label, "end", "label");
    },
    end() {
      const says = p => p.says ?? `${p.name ? p.name + ": " : ""}${x.label ?? "x"} ${figure(p.x)}, ${y.label ?? "y"} ${figure(p.y)}`;
      if (points.length) explore(box, svg, points.map(p => ({px: X(p.x), py: Y(p.y), says: says(p)})), title);
      if (list && series.length) {
        const more = add(box, "details");
        add(more, "summary", {}, "Figures of this chart as a table");
        table(more, ["series", x.label ?? "x", y.label ?? "y"], series.flatMap(s => s.data.map(p => [s.name, [figure(p.x)], [figure(p.y)]])));
      }
      return drawn;
    }};
  return drawn;
}
/* The pointer shows the nearest point; with the chart in focus, arrow keys go through them. What is shown is read aloud. */
function explore(box, svg, points, title) {
  const order = points.slice().sort((a, b) => a.px - b.px || a.py - b.py);
  const area = document.createElement("div");
  for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", `${title}: chart of ${points.length} points; the arrow keys go through them`]]) area.setAttribute(name, value);
  svg.replaceWith(area);
  area.append(svg);
  const readout = document.createElement("output");
  readout.className = "readout";
  readout.setAttribute("aria-live", "polite");
  area.after(readout);
  const cursor = add(svg, "circle", {r: 8, class: "cursor", visibility: "hidden"});
  let now = -1;
  const show = k => {
    now = k;
    cursor.setAttribute("cx", order[k].px); cursor.setAttribute("cy", order[k].py); cursor.setAttribute("visibility", "visible");
    readout.textContent = order[k].says;
  };
  area.addEventListener("keydown", event => {
    const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key], jump = {Home: 0, End: order.length - 1}[event.key];
    if (step === undefined && jump === undefined) return;
    event.preventDefault();
    show(jump ?? Math.max(0, Math.min(order.length - 1, now + step)));
  });
  svg.addEventListener("pointermove", event => {
    const place = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / place.width;
    const px = (event.clientX - place.left) * scale, py = (event.clientY - place.top) * scale;
    let best = 0, least = Infinity;
    order.forEach((p, k) => { const far = (p.px - px) ** 2 + (p.py - py) ** 2; if (far < least) { least = far; best = k; } });
    if (least < 1600) show(best);
  });
}
/* Rows of value and interval on one scale from 0 to 1, with a diamond where chance lies. rows: [name, path, class, nullPath]. */
function forest(parent, rows, title, note) {
  const narrow = page.clientWidth < 560, step = narrow ? 46 : 34;
  const {svg, width, height} = frame(parent, title, note, rows.length * step + 34);
  const left = narrow ? 14 : 190, right = width - 70, x = v => left + (right - left) * Math.max(0, Math.min(1, v));
  for (let t = 0; t <= 10; t += 2) {
    add(svg, "line", {x1: x(t / 10), x2: x(t / 10), y1: 6, y2: height - 26, class: t ? "grid" : "axis"});
    text(svg, x(t / 10), height - 8, String(t / 10), "middle", "soft");
  }
  rows.forEach(([name, path, kind, nullPath], i) => {
    const s = at(path), y = 20 + i * step + (narrow ? 14 : 0);
    narrow ? text(svg, 2, y - 13, shortened(name, 40)) : text(svg, left - 12, y + 5, shortened(name, 26), "end");
    if (!s) { text(svg, right + 14, y + 5, "–"); return; }
    const none = at(nullPath ?? path + "/null"), n = x(none);
    if (typeof s.low === "number") add(svg, "line", {x1: x(s.low), x2: x(s.high), y1: y, y2: y, class: kind, "stroke-width": 6, "stroke-linecap": "round", opacity: .35});
    if (none !== undefined && none !== null) add(svg, "path", {d: `M${n} ${y - 7}l6 7-6 7-6-7z`, class: "null"});
    add(svg, "circle", {cx: x(s.value), cy: y, r: 6, class: kind});
    num(svg, path + "/value", "text", {x: right + 14, y: y + 5});
  });
}
/* Searches in the order in which they ran, by their pair-free score, with the best so far. */
function drawStarts(parent, starts) {
  let best = -Infinity;
  const points = starts.map((s, k) => ({x: k + 1, y: s.pair_free_score, says: `Search ${k + 1}, ${s.start}, ${s.anchors} anchors: score ${figure(s.pair_free_score)}`}));
  const scores = points.map(p => p.y), low = Math.min(...scores), high = Math.max(...scores), pad = .08 * (high - low) || .01;
  const drawn = plot(parent, {title: "Searches, one after another", height: 240, x: {label: "search", low: .5, high: starts.length + .5, ticks: ticks(1, starts.length, Math.min(8, starts.length)).filter(Number.isInteger)},
    y: {label: "pair-free score", low: low - pad, high: high + pad, format: v => v.toFixed(4)},
    note: "Each search starts at random and ends at a score that needs no pairs. The line is the best so far; a search that found the map ends near it."});
  drawn.line("best so far", points.map(p => ({x: p.x, y: best = Math.max(best, p.y)})), "s0");
  drawn.dots("search", points, "s0", {r: 5});
  drawn.end();
}
/* How many values lie where between the least and 1; the dashed line is a bar, if there is one. */
function drawCosines(parent, title, note, values, bar, barName, from = 1) {
  const least = Math.min(...values, bar ?? 1, from), low = Math.floor(10 * Math.min(least, .9)) / 10, bins = 40, step = (1 - low) / bins, counts = new Array(bins).fill(0);
  for (const v of values) counts[Math.max(0, Math.min(bins - 1, Math.floor((v - low) / step)))]++;
  const drawn = plot(parent, {title, note, height: 220, x: {label: "cosine", low, high: 1}, y: {label: "rows", low: 0, high: 1.05 * Math.max(...counts)}});
  drawn.bars("rows", counts.map((n, b) => ({x: low + b * step, y: n, says: `Cosine ${(low + b * step).toFixed(3)} to ${(low + (b + 1) * step).toFixed(3)}: ${n} rows`})), "s0", step);
  if (bar !== undefined) drawn.upright(bar, barName);
  drawn.end();
}
