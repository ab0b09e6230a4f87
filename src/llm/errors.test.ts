import { APICallError } from 'ai';
import { expect, test } from 'vitest';
import { InvalidInput } from '../errors.ts';
import { toModelError } from './errors.ts';

function apiError(statusCode: number, parts: { headers?: Record<string, string>; body?: string } = {}) {
  return new APICallError({
    message: 'quoting the prompt',
    url: 'https://api.example/v1',
    requestBodyValues: { messages: ['the prompt'] },
    statusCode,
    ...(parts.headers === undefined ? {} : { responseHeaders: parts.headers }),
    ...(parts.body === undefined ? {} : { responseBody: parts.body }),
  });
}

test('an error of ours stays what it is', () => {
  const error = new InvalidInput('no');
  expect(toModelError(error)).toBe(error);
});

test.each([
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
  [{ 'retry-after': new Date(0).toUTCString() }, 0],
  [{ 'retry-after': 'soon' }, null],
  [{}, null],
])('the wish %j to wait is read as %s ms', (headers, expected) => {
  expect(toModelError(apiError(429, { headers }))).toMatchObject({
    code: 'MODEL_RATE_LIMITED',
    retryAfterMs: expected,
  });
});

test('an HTML page of a proxy and a body of another shape leave the status to decide', () => {
  expect(toModelError(apiError(502, { body: '<html>Bad gateway</html>' }))).toMatchObject({ reason: 'status 502' });
  expect(toModelError(apiError(400, { body: '{"error":"no"}' }))).toMatchObject({ code: 'MODEL_REJECTED' });
  expect(toModelError(apiError(402))).toMatchObject({ code: 'MODEL_QUOTA_EXCEEDED' });
});

test('a code that is a sentence is not kept', () => {
  const body = JSON.stringify({ error: { message: 'm', code: 'your prompt "secret plans" is bad', type: 'invalid' } });
  expect(toModelError(apiError(400, { body }))).toMatchObject({ reason: 'status 400, invalid' });
});

test('nothing of the cause is kept', () => {
  const error = toModelError(apiError(500, { body: 'the prompt' }));
  expect(error.cause).toBeUndefined();
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('prompt');
});

test('a failed fetch is named by the code under it', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  expect(toModelError(new TypeError('fetch failed', { cause: refused }))).toMatchObject({ reason: 'ECONNREFUSED' });
  expect(toModelError('a string')).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
});
