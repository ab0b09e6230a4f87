import { defineConfig } from 'vitest/config';

const everywhere = '{src,test,web,scripts}/**/';
const services = `${everywhere}*.services.test.ts`;
const browser = `${everywhere}*.browser.test.ts`;

/**
 * Three suites, chosen by mode.
 * - `vitest run`: everything on PGlite; no server, no browser, no network.
 * - `vitest run --mode services`: the suites with a database again, on a real PostgreSQL and Redis,
 *   and what makes sense only there (`*.services.test.ts`).
 * - `vitest run --mode browser`: `*.browser.test.ts`, in Chromium.
 */
export default defineConfig(({ mode }) => ({
  test: {
    environment: 'node',
    pool: 'forks',
    // A first PGlite takes about 2 s on an idle machine; two cores may be busy.
    testTimeout: 30_000,
    hookTimeout: 90_000,
    teardownTimeout: 20_000,
    passWithNoTests: false,
    restoreMocks: true,
    unstubEnvs: true,
    ...suite(mode),
  },
}));

function suite(mode: string) {
  if (mode === 'services') {
    return {
      include: [services, '{src,test}/**/*.test.ts'],
      exclude: [browser, 'src/{slack,llm,telemetry,workspace,console}/**/!(*.services).test.ts'],
      env: { PUP_TEST_DATABASE: 'postgres' },
      globalSetup: ['test/support/services-setup.ts'],
    };
  }
  if (mode === 'browser') return { include: [browser], fileParallelism: false, testTimeout: 120_000 };
  return {
    include: [`${everywhere}*.test.{ts,tsx}`],
    exclude: [services, browser],
    setupFiles: ['test/support/loopback-only-setup.ts'],
  };
}
