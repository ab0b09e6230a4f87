// Writes docs/configuration.md and .env.example from the settings. A test keeps them equal.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderConfigurationPage, renderEnvironmentExample } from './render-settings.ts';

const root = join(import.meta.dirname, '..');
writeFileSync(join(root, 'docs/configuration.md'), renderConfigurationPage());
writeFileSync(join(root, '.env.example'), renderEnvironmentExample());
