import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { largeExport, writeZip } from '../../../test/support/build-export.ts';
import { makeTempDir } from '../../../test/support/temp-dir.ts';

const limitMiB = 512;

/** Runs alone in a process, so that its peak is the import's and not the test runner's. */
const importInChild = `
  const { importExport } = await import(${JSON.stringify(new URL('./import-export.ts', import.meta.url).href)});
  const { createLogger } = await import(${JSON.stringify(new URL('../../telemetry/log.ts', import.meta.url).href)});
  const before = process.memoryUsage().rss / 2 ** 20;
  const start = performance.now();
  const { messages, problems } = await importExport({
    path: process.argv[1],
    team: 'T1',
    receive: async (events) => events.map(() => ({ stored: true, owedReply: null })),
    progress: { done: async () => false, markDone: async () => {} },
    onProgress: () => {},
    log: createLogger('silent'),
  });
  const seconds = (performance.now() - start) / 1000;
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ messages, problems: problems.length, before, peak, seconds }));
`;
const measuredSchema = z.object({
  messages: z.number(),
  problems: z.number(),
  before: z.number(),
  peak: z.number(),
  seconds: z.number(),
});

test.each([
  { messages: 100_000, channels: 10, days: 100 },
  { messages: 100_000, channels: 1, days: 1 },
])(
  '$messages messages in $channels channels over $days days take less than 512 MiB',
  { timeout: 120_000 },
  async (size) => {
    await using dir = await makeTempDir('import-memory');
    const path = join(dir.path, 'large.zip');
    await writeZip(path, largeExport(size));
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      importInChild,
      path,
    ]);
    const measured = measuredSchema.parse(JSON.parse(stdout));
    const { before, peak, seconds } = measured;
    console.log(
      `${size.messages} messages in ${size.channels * size.days} files: ${Math.round(before)} MiB before, peak ${Math.round(peak)} MiB, ${seconds.toFixed(1)} s`,
    );
    expect(measured).toMatchObject({ messages: size.messages, problems: 0 });
    expect(peak).toBeLessThan(limitMiB);
  },
);
