import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleExport, writeZip } from '../../../test/support/build-export.ts';
import { makeTempDir, type TempDir } from '../../../test/support/temp-dir.ts';
import type { ChatEvent } from '../../conversation/chat.ts';
import { createLogger } from '../../telemetry/log.ts';
import { runImportCommand } from './import-command.ts';
import { createProgressBar } from './progress-bar.ts';

let dir: TempDir;
let zip: string;
beforeAll(async () => {
  dir = await makeTempDir('import-command');
  zip = join(dir.path, 'export.zip');
  await writeZip(zip, sampleExport());
});
afterAll(() => dir.remove());

async function command(args: string[], signal?: AbortSignal) {
  const printed = { stdout: '', stderr: '' };
  const opened: (string | null)[] = [];
  let closed = 0;
  const receive = async (events: readonly ChatEvent[]) => events.map(() => ({ stored: true, owedReply: null }));
  const code = await runImportCommand(args, {
    openTarget: async ({ team }) => {
      opened.push(team);
      return {
        team: team ?? 'T1',
        receive,
        progress: { done: async () => false, markDone: async () => {} },
        [Symbol.asyncDispose]: async () => {
          closed += 1;
        },
      };
    },
    stdout: { write: (text) => (printed.stdout += text) },
    stderr: { write: (text) => (printed.stderr += text) },
    log: createLogger('silent'),
    ...(signal === undefined ? {} : { signal }),
  });
  expect(closed).toBe(opened.length);
  return { code, opened, ...printed };
}

test('a whole import ends with the count and exit code 0', async () => {
  const { code, stdout, stderr, opened } = await command([zip]);
  expect({ code, stderr, opened }).toStrictEqual({ code: 0, stderr: '', opened: [null] });
  expect(stdout).toBe('15 messages (15 new) from 7 files; 6 conversations, 8 people\n');
});

test('each problem is named with file and line, and the exit code is 1', async () => {
  const broken = join(dir.path, 'broken.zip');
  await writeZip(broken, [...sampleExport(), { name: 'general/2023-12-01.json', content: '[\n{"type":\n' }]);
  const { code, stdout, stderr } = await command([broken, '--team', 'T2']);
  expect(code).toBe(1);
  expect(stdout).toContain('15 messages');
  expect(stderr).toBe(
    '1 problem; the rest was imported:\n  general/2023-12-01.json:2: invalid JSON: ends in the middle\n',
  );
});

test.each([[[]], [['a.zip', 'b.zip']], [['--nope', 'a.zip']], [['--team', 'T 1', 'a.zip']], [['']]])(
  'the arguments %j are answered with the usage and 64, and nothing is opened',
  async (args: string[]) => {
    const { code, stderr, opened } = await command(args);
    expect({ code, opened }).toStrictEqual({ code: 64, opened: [] });
    expect(stderr).toContain('Usage: npm run import');
  },
);

test('help is no error', async () => {
  expect(await command(['--help'])).toMatchObject({ code: 0, opened: [], stdout: expect.stringContaining('Usage') });
});

test('a path without a zip is said in one line, with exit code 1', async () => {
  const path = join(dir.path, 'none\u001b[2J.zip');
  const { code, stderr } = await command([path]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^EXPORT_UNREADABLE: .*none\ufffd\[2J\.zip does not exist\n$/);
});

test('a stopped import says how to go on', async () => {
  const { code, stderr } = await command([zip], AbortSignal.abort());
  expect({ code, stderr }).toStrictEqual({ code: 130, stderr: 'Stopped. Run the same command again to go on.\n' });
});

test('a terminal shows a bar that stays on one line and is taken away', () => {
  let shown = '';
  let time = 0;
  const bar = createProgressBar({ write: (text) => (shown += text), isTTY: true, columns: 100 }, () => time);
  bar.update({ files: 40, filesDone: 0, messages: 0 });
  time = 50;
  bar.update({ files: 40, filesDone: 10, messages: 100 });
  expect(shown).not.toContain('25%');
  time = 2_000;
  bar.update({ files: 40, filesDone: 20, messages: 12_345 });
  expect(shown).toContain('\r[####################....................] 50%  20 of 40 files, 12,345 messages, 6,173/s');
  bar.clear();
  expect(shown).not.toContain('\n');
  expect(shown.endsWith('\r\u001b[K')).toBe(true);
});

test('a narrow terminal is never overrun', () => {
  for (const columns of [1, 10, 30, 60, 80, 200]) {
    let line = '';
    const bar = createProgressBar({ write: (text) => (line = text), isTTY: true, columns }, () => 0);
    bar.update({ files: 40_000, filesDone: 20_000, messages: 1_234_567 });
    expect(line.replace('\r', '').replace('\u001b[K', '').length).toBeLessThan(columns);
  }
});

test('elsewhere a plain line comes every five seconds', () => {
  const lines: string[] = [];
  let time = 0;
  const bar = createProgressBar({ write: (text) => lines.push(text) }, () => time);
  for (; time <= 12_000; time += 100) bar.update({ files: 10, filesDone: 5, messages: 1_000 });
  bar.clear();
  expect(lines).toStrictEqual([
    '50%  5 of 10 files, 1,000 messages, 200/s\n',
    '50%  5 of 10 files, 1,000 messages, 100/s\n',
  ]);
});
