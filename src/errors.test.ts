import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCode, InvalidInput } from './errors.ts';

const root = join(import.meta.dirname, '..');

test('docs/errors.md lists every code of the code, and no other', () => {
  const sources = globSync('src/**/*.ts', { cwd: root }).filter((path) => !path.endsWith('.test.ts'));
  const inCode = sources.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const classes = [...text.matchAll(/readonly code = '([A-Z_]+)'/g)];
    const refusals = [...text.matchAll(/new WorkspaceRefusal\(\s*\d+,\s*'([A-Z_]+)'/g)];
    const overHttp = path.endsWith('http-receiver.ts')
      ? [...text.matchAll(/^ {2}([A-Z_]+): \[\d+/gm), ...text.matchAll(/'(STORE_[A-Z]+)'/g)]
      : [];
    return [...classes, ...refusals, ...overHttp].map(([, code]) => code);
  });
  const inDocs = [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `([A-Z_]+)`/gm)].map(
    ([, code]) => code,
  );
  expect([...new Set(inDocs)].toSorted()).toEqual([...new Set(inCode)].toSorted());
});

test('every thrown value has a code', () => {
  expect(errorCode(new InvalidInput('x'))).toBe('INVALID_INPUT');
  expect(errorCode(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
  expect(errorCode(new TypeError('x'))).toBe('TypeError');
  expect(errorCode('x')).toBe('UNKNOWN');
});
