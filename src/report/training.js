/* Draws the log of the translator's training: {columns, lines}, a line a period and seed. */
const column = name => report.columns.indexOf(name);
const lines = report.lines.map((values, k) => ({k, seed: values[column("seed")], step: values[column("step")], values}));
const seeds = [...new Set(lines.map(line => line.seed))];
const score = lines.some(line => line.values[column("pair_score")] < 0) ? "pair_score" : "pair_free_score";
const best = lines.reduce((a, b) => (b.values[column(score)] > a.values[column(score)] ? b : a));
const cell = (line, name) => ["n", `lines/${line.k}/${column(name)}`];

add(page, "h1", {}, "Training of the translator");
say(page, "p", [seeds.length === 1 ? `Seed ${seeds[0]}` : `${seeds.length} seeds, a colour each`, ". A point is a period of training. Best score ", cell(best, score), " at step ", cell(best, "step"),
  seeds.length > 1 ? ` of seed ${best.seed}` : "", ": these parameters are kept. Losses are means of a period, without coefficients."], {class: "soft"});
{
  const tile = tiles(page), first = lines.find(line => line.seed === best.seed);
  tile("Score kept", cell(best, score)[1], ["at the start ", cell(first, score)]);
  tile("Step kept", cell(best, "step")[1], ["of ", cell(lines.filter(line => line.seed === best.seed).at(-1), "step")]);
}
/* Steps that were logged, so few that their writing has room. */
function stepTicks(steps) {
  const every = Math.max(1, Math.ceil((steps.length - 1) / 4));
  return steps.filter((_, k) => k % every === 0);
}
/* A curve a seed. Losses of step 0 are not there: nothing was trained yet. */
function curves(parent, name, title, note, withStart) {
  const shown = lines.filter(line => withStart || line.step > 0), values = shown.map(line => line.values[column(name)]);
  if (!values.some(value => value !== 0)) return;
  const steps = [...new Set(lines.map(line => line.step))].sort((a, b) => a - b), pad = .05 * (Math.max(...values) - Math.min(...values));
  const drawn = plot(parent, {title, note, height: 220, x: {label: "step", low: 0, high: steps.at(-1), ticks: stepTicks(steps)}, y: {label: title.toLowerCase(), low: Math.min(...values) - pad, high: Math.max(...values) + pad}});
  seeds.forEach((seed, k) => {
    const points = shown.filter(line => line.seed === seed).map(line => ({x: line.step, y: line.values[column(name)]}));
    if (!points.length) return;
    drawn.line(`seed ${seed}`, points, `s${k % 8}`);
    if (points.length < 40) drawn.dots("", points, `s${k % 8}`, {shape: k, r: 3, opacity: 1});
    if (seeds.length > 1) drawn.entry(`seed ${seed}`, `s${k % 8}`, k);
  });
  drawn.upright(best.step, "kept");
  drawn.end();
}
const scores = add(section("Scores"), "div", {class: "side"});
curves(scores, "pair_free_score", "Pair-free score", "0: translations look native. Higher is better.", true);
curves(scores, "pair_score", "Score of held-out pairs", "Log-probability of the partner. Higher is better.", true);
const losses = add(section("Losses", "What training makes smaller, and the size of its gradient. What was not used is left out."), "div", {class: "side"});
for (const name of report.columns.slice(4)) curves(losses, name, name[0].toUpperCase() + name.slice(1).replaceAll("_", " "), "", false);
