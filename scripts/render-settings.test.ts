import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderConfigurationPage, renderEnvironmentExample } from './render-settings.ts';

const root = join(import.meta.dirname, '..');

test('the page of the settings and .env.example are those of the code (npm run docs writes them)', () => {
  expect(readFileSync(join(root, 'docs/configuration.md'), 'utf8')).toBe(renderConfigurationPage());
  expect(readFileSync(join(root, '.env.example'), 'utf8')).toBe(renderEnvironmentExample());
});
