/* Draws what a map was held against: GateReport::to_json() with retention. */
add(page, "h1", {}, `May ${report.map} be used?`);
add(page, "p", {class: "soft"}, ["Gate", report.date?.slice(0, 10), report.library_version && `vec2vec ${report.library_version}`].filter(Boolean).join(" · "));
const missed = report.checks.filter(check => !check.passed).map(check => LIMITS[check.name] ?? check.name);
if (report.passed) banner("good", "yes", "Passed", `The map meets ${report.checks.length === 1 ? "the limit" : `all ${report.checks.length} limits`} of the policy.`);
else banner("high", "no", "Not passed", `${missed.length} of ${report.checks.length} limits ${missed.length === 1 ? "is" : "are"} not met: ${missed.join(", ")}.`);
if (hasRetention) retentionTile(tiles(page));
drawChecks("checks");
drawRetention();
