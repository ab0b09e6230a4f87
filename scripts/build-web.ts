// Builds the front ends into dist/web. With --if-stale only where the last build was made from
// other sources; `npm start` uses that, so a fresh clone needs no build step of its own.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
// Beside dist/web and not in it: Vite empties that folder, and the page would be able to fetch the file.
const stampPath = join(root, 'dist', 'web.stamp');

/** Contents and not times: a checkout gives every file a new time. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const paths = globSync('web/**/*', { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of [...paths, join(root, 'package-lock.json')]) hash.update(path).update(readFileSync(path));
  return hash.digest('hex');
}

const current = fingerprint();
const built = existsSync(stampPath) && existsSync(join(root, 'dist', 'web')) ? readFileSync(stampPath, 'utf8') : null;
if (!process.argv.includes('--if-stale') || built !== current) {
  await build({ root: join(root, 'web'), configFile: join(root, 'web', 'vite.config.ts'), logLevel: 'warn' });
  writeFileSync(stampPath, current);
}
