// Who may import whom. `npm run check` enforces this through scripts/check-imports.ts.

/** Per folder (or file) of src/ the folders that it may import besides itself and errors.ts. */
const directions = {
  config: [],
  telemetry: ['config'],
  db: ['config', 'telemetry'],
  llm: ['telemetry'],
  memory: ['db', 'llm', 'telemetry'],
  conversation: ['memory', 'db', 'llm', 'telemetry'],
  workers: ['memory', 'config', 'telemetry'],
  slack: ['conversation', 'telemetry'],
  workspace: ['conversation', 'telemetry'],
  console: ['memory', 'db', 'telemetry'],
  utils: ['db'],
};

// Tests stand beside the source and may set their scene with any other part.
const tests = '([.]test[.]tsx?|-(arbitrary|fixtures)[.]ts)$';
const entries = '^src/(main|app|app-local)[.]ts$';
const liveSingletons = '^src/(db/connection|workers/queues)[.]ts$';
const pathOf = (name) => (name === 'config' ? '^src/config[.]ts$' : `^src/${name}/`);

const directionRules = Object.entries(directions).map(([name, allowed]) => ({
  name: `direction-${name}`,
  comment: `src/${name} may import ${allowed.length === 0 ? 'nothing' : allowed.join(', ')} besides itself and errors.ts`,
  severity: 'error',
  // queues.ts is a live singleton itself: in embedded mode its jobs live in the live pool
  from: { path: pathOf(name), pathNot: [tests, '^src/workers/queues[.]ts$'] },
  to: { path: '^(src|scripts|bench|test|web)/', pathNot: ['^src/errors[.]ts$', ...[name, ...allowed].map(pathOf)] },
}));

module.exports = {
  forbidden: [
    ...directionRules,
    {
      name: 'known-folder',
      comment: 'a new folder under src needs a row in the table of directions',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          entries,
          '^src/errors([.]test)?[.]ts$',
          '^src/(main|app|config)[.]test[.]ts$',
          ...Object.keys(directions).map(pathOf),
        ],
      },
      to: {},
    },
    {
      name: 'errors-stand-alone',
      comment: 'errors.ts is imported by everything and imports nothing of ours',
      severity: 'error',
      from: { path: '^src/errors[.]ts$' },
      to: { path: '^(src|scripts|bench|test|web)/' },
    },
    {
      name: 'nobody-imports-app',
      comment: 'only main, scripts, benches and tests start the composition root',
      severity: 'error',
      from: { path: '^(src|web)/', pathNot: [entries, tests] },
      to: { path: '^src/app(-local)?[.]ts$' },
    },
    {
      name: 'nobody-imports-main',
      comment: 'main is a process, not a module',
      severity: 'error',
      from: {},
      to: { path: '^src/main[.]ts$' },
    },
    {
      name: 'src-stands-alone',
      comment: 'production code imports no test, script, bench or front end',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: '^(scripts|bench|test|web)/' },
    },
    {
      name: 'no-import-of-tests',
      comment: 'a test file is imported by nobody',
      severity: 'error',
      from: {},
      to: { path: '[.]test[.]tsx?$' },
    },
    {
      name: 'web-takes-only-types',
      comment: 'the front ends may share types with the server, never its code',
      severity: 'error',
      from: { path: '^web/', pathNot: tests },
      to: { path: '^(src|scripts|bench|test)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'live-singletons',
      comment: 'only main, app, utils/monitoring and scripts touch the live pool and queues; others are handed them',
      severity: 'error',
      from: {
        path: '^(src|web)/',
        pathNot: [entries, '^src/utils/monitoring[.]ts$', '^src/workers/queues[.]ts$', tests],
      },
      to: { path: liveSingletons },
    },
    {
      name: 'only-slack-imports-slack',
      comment: 'src/slack is the only importer of @slack/*',
      severity: 'error',
      from: { path: '^(src|scripts|bench|web)/', pathNot: '^src/slack/' },
      to: { path: ['(^|node_modules/)@slack/'] },
    },
    {
      name: 'only-llm-imports-the-ai-sdk',
      comment: 'src/llm is the only importer of ai and @ai-sdk/*',
      severity: 'error',
      from: { path: '^(src|scripts|bench|web)/', pathNot: '^src/llm/' },
      to: { path: ['(^|node_modules/)@ai-sdk/', '(^|node_modules/)ai/', '^ai$'] },
    },
    {
      name: 'no-circular',
      comment: 'a cycle hides which of two files is the lower one',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'every import leads somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'production-takes-no-dev-dependency',
      comment: 'src runs without devDependencies',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|artefacts)/' },
    // Type imports are dependencies too: without this they would be invisible.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types', 'require'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
