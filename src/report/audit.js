/* Draws the page of vec2vec audit. */
/* ---- what only this page needs ---- */
function missing(parent, path) { if (at(path + "/measured")) return false; add(parent, "p", {class: "note"}, "Not measured: " + at(path + "/why") + "."); return true; }
/* A box for each sample at path, which show(box, sample, its path) fills. */
function showSamples(parent, path, show) {
  const samples = at(path);
  if (samples.length) add(parent, "h3", {}, at("redacted") ? "Samples, masked" : "Samples");
  if (samples.length && at("redacted")) add(parent, "p", {class: "note"}, "Words are masked and are nowhere in this file. A report that reveals them has to be kept as safe as the store.");
  samples.forEach((sample, i) => show(add(parent, "div", {class: "sample"}), sample, `${path}/${i}`));
}
/* ---- top ---- */
const level = at("severity/level");
const LEVELS = {
  "high": ["High", "The content of this store can be read by whoever copies its vectors."],
  "moderate": ["Moderate", "Part of what it takes to read this store was achieved."],
  "low": ["Low", "The vectors can be moved into another space, and nothing that was looked for could be told from chance there."],
  "inconclusive": ["Inconclusive", "This attack did not get through. That shows neither that the store is safe nor that it is not."]};
const file = (at("data/store/path") || "store").split("/").pop();
add(page, "h1", {}, "What these vectors give away");
add(page, "p", {class: "soft"}, `${file} · ${at("date").slice(0, 10)} · vec2vec ${at("library_version")}`);
banner(level, {inconclusive: "unknown", low: "shield"}[level] ?? "warn", level === "inconclusive" ? LEVELS[level][0] : `Severity: ${LEVELS[level][0].toLowerCase()}`,
  LEVELS[level][1] + " Measured under the conditions stated below.");
{
  const tile = tiles(page);
  at("alignment/map_was_given") ? tile("Verdict on the map that was given", "alignment/verdict", ["not searched for here"])
    : tile("Map found without pairs", "alignment/verdict", ["probability that it is right: ", ["n", "alignment/evidence/probability"]]);
  const scores = at("alignment/scores/scores");
  if (scores) tile("Rows put in their true place", "alignment/scores/scores/top1/value", ["of ", ["n", "alignment/scores/pool"], " candidates; chance ", ["n", "alignment/scores/scores/top1/null"]]);
  if (at("attributes/readers/0")) tile("First guess of the attribute right", "attributes/readers/0/top1/value", ["labels shuffled: ", ["n", "attributes/readers/0/top1/null"]]);
  if (at("words/translated")) tile("Recovered words that stand in the text", "words/translated/precision/value", ["in another text: ", ["n", "words/translated/precision/null"]]);
  if (at("membership/measured")) tile("Candidate texts found in the store", "membership/found/value", ["false alarms: ", ["n", "membership/found/null"]]);
}

/* ---- findings ---- */
{
  const node = section("Findings");
  const list = add(node, "ul");
  for (const reason of at("severity/reasons")) add(list, "li", {}, reason);
  const advice = at("severity/advice") || [];
  if (advice.length) {
    add(node, "h3", {}, "What to try before anything is concluded");
    const more = add(node, "ul");
    for (const line of advice) add(more, "li", {}, line);
  }
  if (at("policy")) add(node, "p", {}, `Policy: fail at ${at("policy/fail_at")} or worse – ${at("policy/broken") ? "broken." : level === "inconclusive" ? "not decided: the attack was inconclusive." : "kept."}`);
}

/* ---- scope ---- */
{
  const node = section("Scope and threat model"), spaces = at("public/spaces");
  say(node, "p", ["The attacker holds a copy of ", ["n", "store/rows"], " vectors and nothing else of the store: no text, no identifiers, no access to its encoder, no known pair. They have ",
    ["n", "public/rows"], " public texts, encoded by ", spaces ? `${spaces.length} models of their own` : "a model of their own", ". They look for a map between the two clouds of vectors, translate the copied vectors into ", spaces ? "the consensus of their spaces" : "their space", ", and read them there."]);
  add(node, "p", {}, "Only the owner can say how well that went: true labels and texts, where given, were used to score the guesses and for nothing else. The figures hold for this store, these public texts, this model and this seed; a stronger attacker may do better.");
}

/* ---- data ---- */
{
  const node = section("The data"), d = "data/store";
  facts(node, [
    ["File", [at(d + "/path"), ` – ${at(d + "/format")}, ${at(d + "/dtype")}`]],
    ["Shape", [["n", d + "/rows"], " rows × ", ["n", d + "/dim"]]],
    ["Faulty rows", [["n", d + "/nan_rows"], " not finite, ", ["n", d + "/zero_rows"], " zero, ", ["n", d + "/duplicate_rows"], " repeated"]],
    ["Norm", ["median ", ["n", d + "/norm/p50"], ", from ", ["n", d + "/norm/min"], " to ", ["n", d + "/norm/max"]]],
    ["Effective rank", [["n", d + "/effective_rank"], " of ", ["n", d + "/dim"]]],
    ["Isotropy", [["n", d + "/isotropy"], " (1 = rows point everywhere)"]],
    ["Known space", [["n", "public/rows"], " public rows × ", ["n", "public/dim"], ...(at("public/spaces") ? [": the consensus of"] : []),
      ...(at("public/spaces") || []).flatMap((space, i) => [`${i ? "," : ""} ${space.name} (`, ["n", `public/spaces/${i}/dim`], ")"])]]]);
  const spectrum = at(d + "/spectrum") || [];
  if (spectrum.length > 2) {
    let sum = 0;
    const points = [{x: 0, y: 0}, ...spectrum.map((share, k) => ({x: k + 1, y: Math.min(1, sum += share)}))];
    const drawn = plot(node, {title: "Variance in the leading directions of the store", height: 220, x: {label: "leading directions", low: 0, high: spectrum.length},
      y: {label: "share of the variance", low: 0, high: 1, format: v => Math.round(100 * v) + " %"},
      note: "A rotation leaves this curve, and every distance, as it was. That is what an alignment holds on to."});
    drawn.line("store", points, "s0", true);
    drawn.end();
  }
}

/* ---- alignment ---- */
{
  const node = section("Can the vectors be read in another space?", "Two sets of vectors of different models have nearly the same shape when their texts are of the same kind. The audit turns one until it lies on the other, from independent random starts; when these end at the same map, they have found it.");
  if (at("alignment/map_was_given")) add(node, "p", {}, "The map was given and was not searched for here.");
  else {
    say(node, "p", ["Verdict ", at("alignment/verdict"), ", after ", ["n", "alignment/seconds"], " seconds. What speaks for the map, without any pair:"]);
    facts(node, [
      ["Independent searches", ["agree to ", ["n", "alignment/evidence/agreement"], " (1 = the same map, 0 = unrelated)"]],
      ["Score", [["n", "alignment/evidence/score_margin"], " standard deviations above that of random maps"]],
      ["Mutual neighbours", [["n", "alignment/evidence/mutual_neighbours"], " of translated rows are the nearest to their nearest public row"]],
      ["Halves of the rows", ["lead to the same nearest row for ", ["n", "alignment/evidence/half_agreement"], " of the rows"]],
      ["Probability", [["n", "alignment/evidence/probability"], " that at least half as many rows find their place as with known pairs"]]]);
    const starts = at("alignment/starts");
    if (starts.length > 4) {
      drawStarts(node, starts);
    }
  }
  const s = "alignment/scores/scores";
  if (at(s)) {
    add(node, "h3", {}, "Beside the true rows, which only the owner has");
    const names = {top1: "true row is the nearest", top10: "among the 10 nearest", mean_rank: "mean rank", centred_cosine: "centred cosine"};
    table(node, ["Score", "value", "95 % interval", "chance"], Object.entries(names).map(([key, name]) =>
      [name, [["n", `${s}/${key}/value`]], ends(`${s}/${key}`), [["n", `${s}/${key}/null`]]]));
  }
}

/* ---- attributes ---- */
{
  const node = section("Which attributes show?", "Labels are texts, encoded by the attacker's model; the label nearest to a translated row is the guess.");
  if (!missing(node, "attributes")) {
    const readers = at("attributes/readers"), names = {"translated": "attacker", "oracle": "with the encoder", "untranslated": "untranslated", "random rows": "random rows", "majority": "most frequent label"};
    if (readers.length) {
      forest(node, readers.map((r, i) => [names[r.reader] ?? r.reader, `attributes/readers/${i}/top1`, r.reader === "translated" ? "ours" : "other"]),
        "Part of rows whose first guess is right", "First guess right, with 95 % intervals. ◇ is the same guesses with the true labels shuffled among the rows. 'With the encoder' is what someone reads who can encode the texts.");
      const k = at("attributes/k");
      table(node, ["Reader", "first guess", `first ${k}`, `precision at ${k}`, `recall at ${k}`, "mean rank", "AUC"], readers.map((r, i) =>
        [names[r.reader] ?? r.reader, ...["top1", "topk", "precision", "recall", "mean_rank", "auc"].map(key => [["n", `attributes/readers/${i}/${key}/value`]])]));
      const labels = at("attributes/attributes").map((a, i) => [a, i]).filter(([a]) => a.auc).sort((a, b) => b[0].auc.value - a[0].auc.value);
      if (labels.length) {
        add(node, "h3", {}, "Label by label");
        forest(node, labels.slice(0, 24).map(([a, i]) => [a.name.length > 26 ? a.name.slice(0, 25) + "…" : a.name, `attributes/attributes/${i}/auc`, "ours"]),
          "AUC of each label", `How well nearness to a label tells the rows that have it: AUC, ◇ chance.${labels.length > 24 ? ` The 24 clearest of ${labels.length} labels.` : ""}`);
      }
    } else {
      add(node, "p", {class: "note"}, "No true labels were given: these are guesses, not findings.");
      const rows = at("attributes/attributes").map((a, i) => [a, i]).sort((a, b) => b[0].guessed - a[0].guessed).slice(0, 24);
      table(node, ["Label", "rows guessed"], rows.map(([a, i]) => [a.name, [["n", `attributes/attributes/${i}/guessed`]]]));
    }
  }
}

/* ---- words ---- */
{
  const node = section("Which words show?", "No language model is used: a translated row is taken apart into the few words whose vectors add up to it.");
  if (!missing(node, "words")) {
    say(node, "p", ["Dictionary: ", ["n", "words/dictionary"], " words."]);
    if (at("words/translated")) {
      const rows = [["attacker", "words/translated/precision", "ours"]];
      if (at("words/native")) rows.push(["with the encoder", "words/native/precision", "other"]);
      forest(node, rows, "Part of the recovered words that stand in the text", "Words given that stand in the row's text (precision), with 95 % intervals. ◇ is the same words against the texts of other rows.");
      const cells = path => ["precision", "recall", "f1"].map(key => [["n", `${path}/${key}/value`]]).concat([[["n", `${path}/f1/null`]]]);
      table(node, ["Reader", "precision", "recall", "F1", "F1 by chance"], [["attacker", ...cells("words/translated")], ...(at("words/native") ? [["with the encoder", ...cells("words/native")]] : [])]);
    } else add(node, "p", {class: "note"}, "The store's texts were not given: the words below are guesses, not findings.");
    showSamples(node, "words/samples", (box, s, path) => {
      const line = add(box, "p", {}, "Row ");
      num(line, `${path}/row`);
      if (s.text) add(box, "p", {class: "soft"}, s.text);
      const words = add(box, "p"), most = Math.max(1e-9, ...s.words.map(w => w.weight));
      for (const w of s.words) { const chip = add(words, "span", {class: "chip", title: "weight " + figure(w.weight)}); add(chip, "i", {style: `opacity: ${(.28 * w.weight / most).toFixed(3)}`}); add(chip, "b", {}, w.word); }
    });
  }
}

/* ---- texts ---- */
{
  const node = section("Which texts can be written from the vectors?", "A language model writes on, and the known encoder tells which of its texts come nearest to a translated row. Nothing was trained.");
  if (!missing(node, "texts")) {
    if (at("texts/scores")) {
      const names = {token_f1: "token F1", rouge_l: "ROUGE-L", bleu: "BLEU", exact: "exact", names: "names", numbers: "numbers"};
      forest(node, Object.keys(names).filter(key => at(`texts/scores/${key}`)).map(key => [names[key], `texts/scores/${key}`, "ours"]),
        "How much of the true texts the texts found have", "Means over the few rows below, with 95 % intervals. ◇ is the texts found for other rows.");
    } else add(node, "p", {class: "note"}, "The store's texts were not given: the texts below are guesses, not findings.");
    showSamples(node, "texts/samples", (box, s, path) => {
      say(box, "p", ["Row ", ["n", `${path}/row`], ", cosine ", ["n", `${path}/cosine`], "; of the nearest public text ", ["n", `${path}/nearest_cosine`]]);
      if (s.truth) add(box, "p", {class: "soft"}, s.truth);
      add(box, "p", {}, s.text);
    });
  }
}

/* ---- membership ---- */
{
  const node = section("Is a given text in the store?", "Each candidate text is encoded by the attacker's model and compared with the translated rows. The bar is what 99 of 100 public texts, taken to be outside, stay below.");
  if (!missing(node, "membership")) {
    say(node, "p", [["n", "membership/found/value"], ...interval("membership/found"), " of ", ["n", "membership/candidates"], " candidates lie above the bar of ", ["n", "membership/threshold"], "; ", ["n", "membership/found/null"], " would by chance."]);
    const cosines = at("membership/nearest").map(c => c.cosine);
    if (cosines.length > 4) {
      drawCosines(node, "Candidates and their nearest translated row", "The dashed line is the bar.", cosines, at("membership/threshold"), "bar");
    }
  }
}

/* ---- defences ---- */
function defenceChart(node, points) {
  const {svg, width} = frame(node, "Rows recovered against neighbours kept, for each defence", "● the attack aligned  ◐ uncertain  ○ it did not align: inconclusive, since a stronger one may. A defence worth having lies at the lower right. Lines join strengths of one kind.", 430);
  const room = width - 80, X = v => 60 + room * v, Y = v => 370 - 340 * v;
  for (let t = 0; t <= 10; t += 2) {
    add(svg, "line", {x1: X(t / 10), x2: X(t / 10), y1: Y(0), y2: Y(1), class: t ? "grid" : "axis"});
    add(svg, "line", {x1: X(0), x2: X(1), y1: Y(t / 10), y2: Y(t / 10), class: t ? "grid" : "axis"});
    text(svg, X(t / 10), 390, String(t / 10), "middle", "soft"); text(svg, 50, Y(t / 10) + 4, String(t / 10), "end", "soft");
  }
  text(svg, 60 + room / 2, 416, "neighbours kept →", "middle", "soft");
  const up = text(svg, 0, 0, "rows recovered →", "middle", "soft"); up.setAttribute("transform", "translate(16 200) rotate(-90)");
  const families = {};
  points.forEach(p => (families[p.steps.replace(/=[^,]*/g, "")] ??= []).push(p));
  for (const family of Object.values(families)) if (family.length > 1)
    add(svg, "path", {class: "family", d: "M" + family.map(p => `${X(p.kept)} ${Y(p.recovered.value)}`).join("L")});
  /* Marks that would cover each other are moved apart; a dotted line leads back to the place meant. */
  const marks = points.map(p => ({x: X(p.kept), y: Y(p.recovered.value)}));
  for (let round = 0; round < 200; ++round)
    for (let i = 0; i < marks.length; ++i) for (let j = i + 1; j < marks.length; ++j) {
      const dx = marks[j].x - marks[i].x, dy = marks[j].y - marks[i].y, far = Math.hypot(dx, dy);
      if (far >= 24) continue;
      const ux = far > .1 ? dx / far : Math.cos(2.4 * j), uy = far > .1 ? dy / far : Math.sin(2.4 * j), push = (24.5 - far) / 2;
      marks[i].x -= ux * push; marks[i].y -= uy * push; marks[j].x += ux * push; marks[j].y += uy * push;
    }
  for (const m of marks) { m.x = Math.max(72, Math.min(width - 14, m.x)); m.y = Math.max(14, Math.min(358, m.y)); }
  points.forEach((p, i) => {
    const {x, y} = marks[i], px = X(p.kept), py = Y(p.recovered.value);
    if (Math.hypot(x - px, y - py) > 6) { add(svg, "line", {x1: x, y1: y, x2: px, y2: py, class: "leader"}); add(svg, "circle", {cx: px, cy: py, r: 2.5, class: "ours"}); }
    const full = p.verdict === "ALIGNED", half = p.verdict === "UNCERTAIN";
    add(svg, "circle", {cx: x, cy: y, r: 11, class: "ours hollow", "stroke-width": 2, style: `fill: ${full ? "var(--ours)" : "var(--card)"}`});
    if (half) add(svg, "path", {d: `M${x} ${y - 11}a11 11 0 0 0 0 22z`, class: "ours", opacity: .45});
    const left = x > 60 + .66 * room, free = !marks.some((m, j) => j !== i && Math.abs(m.y - y) < 17 && (left ? x - m.x > -12 && x - m.x < 150 : m.x - x > -12 && m.x - x < 150));
    if (free) text(svg, x + (left ? -16 : 16), y + 4, p.steps.length > 24 ? p.steps.slice(0, 23) + "…" : p.steps, left ? "end" : "start", "soft");
    text(svg, x, y + 4.5, String(i + 1), "middle").setAttribute("style", `font-weight: 600; fill: ${full ? "var(--card)" : "var(--ink)"}`);
  });
}
{
  const node = section("What would a defence stop, and cost?", "The store is changed, then attacked again from the start. Across: how many of a row's ten nearest rows stay the same, which is what search needs. Up: how many rows the attacker still puts in their place.");
  if (!missing(node, "defences")) {
    /* What would be compared with itself, or with a translation that is wrong, has no figure and no mark. */
    const all = at("defences/points").map((p, i) => ({...p, path: `defences/points/${i}`, kept: p.neighbours ? p.neighbours.value : 1}));
    const points = all.filter(p => p.recovered);
    if (points.length) defenceChart(node, points);
    const cell = path => typeof at(path) === "number" ? [["n", path]] : ["–"];
    table(node, ["Defence", "attack", "rows recovered", "95 % interval", "chance", "neighbours kept"], all.filter(p => p.recovered || p.steps !== "none").map(p =>
      [p.recovered ? `${points.indexOf(p) + 1}  ${p.steps}` : p.steps, p.conclusive ? "got through" : `inconclusive (${p.verdict})`, cell(`${p.path}/recovered/value`), ends(`${p.path}/recovered`),
       cell(`${p.path}/recovered/null`), cell(`${p.path}/neighbours/value`)]));
    const notes = {"native rows": "A row counts as recovered when its translation is nearest to its true row in the known space, among up to 4,096.",
      "the undefended translation": "A row counts as recovered when its translation is nearest to what the undefended row translates to, among up to 4,096. The undefended store has no line: it would be compared with itself."};
    add(node, "p", {class: "note"}, (notes[at("defences/reference")] ?? "Recovered rows have no figure: the undefended store did not align, so there is no translation to compare with.") + " What stops this attack may not stop a better one.");
  }
}

/* ---- standards ---- */
{
  const node = section("Where this belongs");
  table(node, ["Catalogue", "what it says of this"], [
    ["OWASP Top 10 for LLM applications", "Vector and Embedding Weaknesses: LLM08 in the 2025 list, LLM09 in 2026. Embedding inversion is one of its named risks."],
    ["MITRE ATLAS AML.T0024.001", "Exfiltration through inference: inverting a model's output to what went in. Here from vectors at rest, without the model."],
    ["CWE-200", "Exposure of sensitive information to an actor who is not authorised to see it, when vectors are kept or shared with less care than their texts."],
    ["GDPR Art. 33", "When the texts hold personal data and attributes or words of them can be read from the vectors, a copy of the vectors is to be weighed as a breach of those data: 72 hours to the authority, unless a risk is unlikely. This page gives measurements, not legal advice."]]);
}

/* ---- reproduction ---- */
{
  const node = section("Reproduction");
  add(node, "pre", {}, at("reproduction/command"));
  const rows = [["Version", [`vec2vec ${at("library_version")}, ${at("date")}`]], ["Seed", [["n", "reproduction/seed"]]], ["Rows a side at most", [["n", "reproduction/max_rows"]]], ["Effort", [at("reproduction/effort") ?? "normal", at("reproduction/partial") ? ", parts of either side tried" : ""]],
    ["Store, SHA-256", [at("data/store/sha256")]], ["Time", [["n", "seconds"], " s, encoding left out"]]];
  if (at("reproduction/model")) rows.push(["Model", [at("reproduction/model")]]);
  for (const model of at("reproduction/models") || []) rows.push([`Model, ${model.name}`, [model.folder]]);
  for (const name of ["public", "attributes", "words", "candidates"])
    for (const [kind, entry] of Object.entries(at("reproduction/" + name) || {})) for (const one of [entry].flat()) rows.push([[name, kind, one.model].filter(Boolean).join(", "), [`${one.path} – ${one.sha256}`]]);
  facts(node, rows);
  add(node, "p", {class: "note"}, "Made by an audit of a store by its owner. All figures of this page are those of the JSON file of the same run, which also stands in this file.");
}
document.title = `Vector store audit: ${LEVELS[level][0]} – ${file}`;
