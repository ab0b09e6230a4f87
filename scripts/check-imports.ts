// Enforces .dependency-cruiser.cjs, and that the tool really looked: with a TypeScript that it
// cannot load, dependency-cruiser cruises 0 modules and passes.
import { existsSync, globSync } from 'node:fs';
import { cruise, format } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

const folders = ['src', 'web', 'scripts', 'bench', 'test'].filter((folder) => existsSync(folder));
const options = await extractOptions('./.dependency-cruiser.cjs');
const { output } = await cruise(folders, { ...options, validate: true });
if (typeof output === 'string') throw new Error('dependency-cruiser returned text where a result was expected');

const report = await format(output, { outputType: 'err-long' });
if (output.summary.violations.length > 0) console.error(report.output);

const cruised = new Set(output.modules.map((module) => module.source));
const sources = globSync('src/**/*', { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('\\', '/'));
const modules = sources.filter((path) => path.endsWith('.ts'));

const complaints = [
  ...sources.filter((path) => !/\.(ts|json|sql)$/.test(path)).map((path) => `${path}: code in src is TypeScript (.ts)`),
  ...sources
    .filter((path) => path.startsWith('src/utils/') && !/^src\/utils\/monitoring(\.test)?\.ts$/.test(path))
    .map((path) => `${path}: src/utils holds monitoring.ts and nothing else`),
  ...modules.filter((path) => !cruised.has(path)).map((path) => `${path}: was not cruised`),
  ...(modules.length === 0 ? ['src: no TypeScript file was found'] : []),
  ...((output.summary.totalDependenciesCruised ?? 0) === 0 ? ['no dependency was seen at all'] : []),
];
for (const complaint of complaints) console.error(complaint);

const errors = output.summary.error + complaints.length;
console.log(
  `${output.summary.totalCruised} modules, ${output.summary.totalDependenciesCruised} imports cruised, ${errors} errors`,
);
process.exitCode = errors === 0 && output.summary.totalCruised > 0 ? 0 : 1;
