import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';

/** Another pup has the data folder open. */
export class DataFolderInUse extends AppError {
  override readonly name = 'DataFolderInUse';
  readonly code = 'DATA_FOLDER_IN_USE';
  readonly retryable = false;
  constructor(folder: string, holder: string) {
    super(
      `${folder} is in use by another pup (${holder}). Stop that one first, or set PUP_DATA_DIR to another folder.`,
    );
  }
}

interface Holder {
  readonly pid: number;
  /** Start of the process in clock ticks since boot, which tells a reused pid apart; null off Linux. */
  readonly startTicks: string | null;
  readonly since: string;
}

/**
 * Makes the folder and takes it for this process, synchronously; returns how to give it back.
 * The lock is a file that names its holder: the lock of a process that is gone is taken over.
 * Throws `DataFolderInUse`.
 */
export function lockDataFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'lock');
  const own: Holder = { pid: process.pid, startTicks: startTicks(process.pid), since: new Date().toISOString() };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (createLock(path, own)) return () => releaseLock(path, own);
    const found = readLock(path);
    if (found !== null && isAlive(found))
      throw new DataFolderInUse(folder, `process ${found.pid}, since ${found.since}`);
    takeAway(path, found);
  }
  throw new DataFolderInUse(folder, 'its lock changes hands just now');
}

/** The content appears together with the name: the file is written aside and linked, and a link never replaces. */
function createLock(path: string, own: Holder): boolean {
  const draft = `${path}.${own.pid}`;
  writeFileSync(draft, JSON.stringify(own));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readLock(path: string): Holder | null {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof found !== 'object' || found === null || !('pid' in found) || typeof found.pid !== 'number') return null;
    const ticks = 'startTicks' in found && typeof found.startTicks === 'string' ? found.startTicks : null;
    return { pid: found.pid, startTicks: ticks, since: 'since' in found ? String(found.since) : 'unknown' };
  } catch {
    // gone in between, or not ours: either way it names no living holder
    return null;
  }
}

/** Moves a dead holder's lock aside; puts it back where another process has replaced it in the meantime. */
function takeAway(path: string, dead: Holder | null): void {
  const aside = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readLock(aside);
  if (moved !== null && (moved.pid !== dead?.pid || moved.since !== dead.since)) {
    try {
      linkSync(aside, path);
    } catch {
      // a third process has taken the lock: the next attempt finds it
    }
  }
  rmSync(aside, { force: true });
}

function isAlive({ pid, startTicks: recorded }: Holder): boolean {
  const current = startTicks(pid);
  if (recorded !== null) return current === recorded;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // field 22; the name in field 2 may hold spaces, so count behind its bracket
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function releaseLock(path: string, own: Holder): void {
  const found = readLock(path);
  if (found?.pid === own.pid && found.since === own.since) rmSync(path, { force: true });
}
