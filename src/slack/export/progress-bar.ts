import type { ImportState } from './import-export.ts';

/** What is used of `process.stdout` and `process.stderr`. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressBar {
  update(state: ImportState): void;
  /** Takes the bar away, so that what follows starts on a line of its own. */
  clear(): void;
}

const redrawMs = 100;
const plainLineMs = 5_000;

/** A bar that redraws itself on a terminal; elsewhere (a log, a pipe) a plain line every five seconds. */
export function createProgressBar(output: Output, now: () => number = Date.now): ProgressBar {
  const startedAt = now();
  const isTerminal = output.isTTY === true;
  let lastAt = isTerminal ? Number.NEGATIVE_INFINITY : startedAt;
  let isShown = false;
  return {
    update(state) {
      const at = now();
      if (at - lastAt < (isTerminal ? redrawMs : plainLineMs)) return;
      lastAt = at;
      const figures = describe(state, at - startedAt);
      if (!isTerminal) {
        output.write(`${figures}\n`);
        return;
      }
      isShown = true;
      output.write(`\r${drawBar(state, figures, output.columns ?? 80)}\u001b[K`);
    },
    clear() {
      if (isShown) output.write('\r\u001b[K');
      isShown = false;
    },
  };
}

function describe({ files, filesDone, messages }: ImportState, ms: number): string {
  const perSecond = ms < 1_000 ? '' : `, ${formatCount(Math.round((messages * 1_000) / ms))}/s`;
  return `${percentOf(files, filesDone)}%  ${formatCount(filesDone)} of ${formatCount(files)} files, ${formatCount(messages)} messages${perSecond}`;
}

/** One column stays free: a full line would wrap, and the bar would crawl down the screen. */
function drawBar({ files, filesDone }: ImportState, figures: string, columns: number): string {
  const width = Math.min(40, columns - figures.length - 4);
  if (width < 5) return figures.slice(0, Math.max(0, columns - 1));
  const full = files === 0 ? 0 : Math.floor((width * filesDone) / files);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${figures}`;
}

function percentOf(files: number, filesDone: number): number {
  return files === 0 ? 0 : Math.floor((100 * filesDone) / files);
}

/** "12,345", whatever the machine's locale. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
