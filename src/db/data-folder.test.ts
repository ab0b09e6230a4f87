import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderInUse, lockDataFolder } from './data-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pup-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a folder that is in use is refused, and its holder is named', () => {
  const unlock = lockDataFolder(folder);
  expect(() => lockDataFolder(folder)).toThrow(DataFolderInUse);
  expect(() => lockDataFolder(folder)).toThrow(`process ${process.pid}`);
  unlock();
  lockDataFolder(folder)();
});

test('the lock of a process that is gone is taken over', () => {
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 - 1, startTicks: '1', since: 'yesterday' }));
  const unlock = lockDataFolder(folder);
  expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  unlock();
});

test('a process number that was given to another process holds nothing', () => {
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.pid, startTicks: '1', since: 'yesterday' }));
  lockDataFolder(folder)();
});

test('a broken lock file does not keep pup out', () => {
  writeFileSync(join(folder, 'lock'), '{');
  lockDataFolder(folder)();
});
