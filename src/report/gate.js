/* Draws what a map was held against: GateReport::to_json() with retention. */
heading(`May ${report.map} be used?`, "Gate");
const missed = report.checks.filter(check => !check.passed).map(check => LIMITS[check.name] ?? check.name);
if (report.passed) banner("good", "yes", "Passed", `The map meets ${report.checks.length === 1 ? "the limit" : `all ${report.checks.length} limits`} of the policy.`);
else banner("high", "no", "Not passed", `${missed.length} of ${report.checks.length} limits ${missed.length === 1 ? "is" : "are"} not met: ${missed.join(", ")}.`);
if (hasRetention) retentionTile(tiles(page));
drawChecks("checks");
drawRetention();
