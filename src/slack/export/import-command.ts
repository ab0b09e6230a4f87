import { parseArgs } from 'node:util';
import type { ReceiveEvents } from '../../conversation/chat.ts';
import { AppError, errorCode } from '../../errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { PupIdentity } from '../parse-message.ts';
import { type ImportProgress, type ImportResult, importExport } from './import-export.ts';
import type { ImportProblem } from './problem-list.ts';
import { createProgressBar, formatCount, type Output } from './progress-bar.ts';

/** Where the import writes to. Disposed when the command ends. */
export interface ImportTarget extends AsyncDisposable {
  readonly team: string;
  readonly pup?: PupIdentity;
  readonly receive: ReceiveEvents;
  readonly progress: ImportProgress;
}

export interface ImportCommandDeps {
  /** Called once the arguments are right. `team` is the `--team` argument; null where it was not given. */
  openTarget(options: { readonly team: string | null }): Promise<ImportTarget>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

export const exitCodes = { ok: 0, problems: 1, usage: 64, stopped: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const usage = `Usage: npm run import -- [--team TEAM_ID] export.zip

Reads a standard Slack export into pup's memory. May be repeated, and goes on where it was stopped.

  --team TEAM_ID  the workspace to import into; not needed where pup is in one
  --help          this text

Exit codes: 0 all imported, 1 something was not (each problem is named), 64 wrong arguments.
`;

/** `npm run import`: shows progress, then the count and what could not be imported, and returns the exit code. */
export async function runImportCommand(args: readonly string[], deps: ImportCommandDeps): Promise<ExitCode> {
  const parsed = readArguments(args);
  if (parsed.kind === 'help') {
    deps.stdout.write(usage);
    return exitCodes.ok;
  }
  if (parsed.kind === 'wrong') {
    deps.stderr.write(`${parsed.problem}\n\n${usage}`);
    return exitCodes.usage;
  }
  const bar = createProgressBar(deps.stderr);
  try {
    await using target = await deps.openTarget({ team: parsed.team });
    const { team, pup, receive, progress } = target;
    const result = await importExport({
      path: parsed.path,
      team,
      receive,
      progress,
      onProgress: bar.update,
      log: deps.log,
      ...(pup === undefined ? {} : { pup }),
      ...(deps.signal === undefined ? {} : { signal: deps.signal }),
    });
    bar.clear();
    return printResult(result, deps);
  } catch (error) {
    bar.clear();
    if (deps.signal?.aborted === true) {
      deps.stderr.write('Stopped. Run the same command again to go on.\n');
      return exitCodes.stopped;
    }
    if (!(error instanceof AppError)) throw error;
    deps.stderr.write(`${errorCode(error)}: ${printable(error.message)}\n`);
    return exitCodes.problems;
  }
}

type Arguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string }
  | { readonly kind: 'import'; readonly path: string; readonly team: string | null };

function readArguments(args: readonly string[]): Arguments {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { kind: 'wrong', problem: error.message };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { kind: 'help' };
  const [path, ...more] = positionals;
  if (path === undefined || path === '') return { kind: 'wrong', problem: 'Which export? Give the path of the zip.' };
  if (more.length > 0) return { kind: 'wrong', problem: 'One export at a time.' };
  const team = values.team ?? null;
  if (team !== null && !/^[\w-]{1,64}$/.test(team)) return { kind: 'wrong', problem: '--team is no workspace id.' };
  return { kind: 'import', path, team };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: { team: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
}

function printResult(result: ImportResult, { stdout, stderr }: ImportCommandDeps): ExitCode {
  const skipped = result.filesSkipped === 0 ? '' : `, ${count(result.filesSkipped, 'file')} imported before`;
  stdout.write(
    `${count(result.messages, 'message')} (${formatCount(result.stored)} new) from ${count(result.files, 'file')}${skipped}; ` +
      `${count(result.conversations, 'conversation')}, ${result.people === 1 ? '1 person' : `${formatCount(result.people)} people`}\n`,
  );
  if (result.problemCount === 0) return exitCodes.ok;
  stderr.write(`${count(result.problemCount, 'problem')}; the rest was imported:\n`);
  for (const problem of result.problems) stderr.write(`  ${printable(describe(problem))}\n`);
  const more = result.problemCount - result.problems.length;
  if (more > 0) stderr.write(`  and ${formatCount(more)} more\n`);
  return exitCodes.problems;
}

function describe({ file, line, problem }: ImportProblem): string {
  return line === null ? `${file}: ${problem}` : `${file}:${line}: ${problem}`;
}

function count(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** A path may hold what a terminal would obey. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}
