// Prints `N passed, N failed` over Vitest's JSON reports. Plain JavaScript: it must run where `npm ci` has failed.
// usage: node .ci/summarise.mjs <number of failed steps> <report.json>...
import { existsSync, readFileSync } from 'node:fs';

const [failedSteps = '0', ...paths] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedSteps);
for (const path of paths) {
  const report = read(path);
  if (report === null) {
    console.log(`${path}: no report`);
    failed += 1;
    continue;
  }
  // A skipped test has not shown anything, and a file that could not be loaded has no tests to count.
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const skipped = report.numPendingTests + report.numTodoTests;
  const lost = report.numFailedTests + skipped + unloaded.length;
  console.log(
    `${path}: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped, ${unloaded.length} files not loaded`,
  );
  passed += report.numPassedTests;
  // Vitest can also fail as a whole (an unhandled rejection, an error in teardown); .ci/run then leaves a mark.
  const failedAsAWhole = !report.success || existsSync(path.replace(/json$/, 'failed'));
  failed += lost === 0 && failedAsAWhole ? 1 : lost;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
