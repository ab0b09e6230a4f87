import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPup, type TestPup } from './support/start-pup.ts';

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const pictures = join(import.meta.dirname, '..', 'artefacts', 'screenshots');
const answerText = 'The Tern launch is on **24 March** [m1]. It was moved because the demo bikes are late.';

let browser: Browser;
let pup: TestPup;
let mock: LLMock;

beforeAll(async () => {
  if (executable === undefined) throw new Error('No Chromium. Run scripts/install-services-debian.sh --browser.');
  mkdirSync(pictures, { recursive: true });
  mock = new LLMock({ port: 0, host: '127.0.0.1', latency: 15 });
  mock.onMessage(/launch/i, { content: answerText });
  await mock.start();
  pup = await startPup({ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: `${mock.url}/v1`, EMBEDDINGS: 'local' });
  browser = await chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});
afterAll(async () => {
  await browser?.close();
  await pup?.[Symbol.asyncDispose]();
  await mock?.stop();
});

async function open(path = '/', viewport = { width: 1280, height: 800 }): Promise<Page> {
  const page = await browser.newPage({ viewport, colorScheme: 'light', timezoneId: 'Europe/Copenhagen' });
  await page.goto(`${pup.address}${path}`);
  await page.getByTestId('person-picker').waitFor({ state: 'attached' });
  return page;
}

test('a person writes to pup, watches the answer come, and follows its source to the message', async () => {
  const page = await open('/#/C02');
  await page.getByTestId('composer').locator('visible=true').first().waitFor();
  const composer = page.getByTestId('composer').first();
  await composer.click();
  await page.keyboard.type('@pup when is the Tern launch, and why was it moved?');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');

  const source = page.getByTestId('source').first();
  await source.waitFor({ timeout: 20_000 });
  await page.getByText('24 March', { exact: true }).first().waitFor();
  await page.screenshot({ path: join(pictures, 'workspace.png') });
  await source.click();
  const highlighted = page.locator('.highlighted');
  await highlighted.waitFor();
  await page.screenshot({ path: join(pictures, 'source.png') });
  expect(await highlighted.innerText()).toMatch(/launch|Tern/i);
  await page.close();
});

test('a suggested question can be asked with one click', async () => {
  const page = await open('/#/D-U01');
  const suggestion = page.getByTestId('suggestion').first();
  await suggestion.waitFor();
  await suggestion.click();
  await page.getByTestId('source').first().waitFor({ timeout: 20_000 });
  await page.screenshot({ path: join(pictures, 'direct-message.png') });
  await page.close();
});

test('the page fits a narrow window', async () => {
  const page = await open('/#/C01', { width: 390, height: 800 });
  await page.getByTestId('message').first().waitFor();
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  await page.screenshot({ path: join(pictures, 'narrow.png') });
  expect(overflow).toBeLessThanOrEqual(0);
  await page.close();
});
