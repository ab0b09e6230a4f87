import { expect, test } from 'vitest';
import { formatHash, parseHash, placeOfLink, placeOfMessage } from './hash.ts';

const base = 'http://localhost:3000/#/C01';

test('every kind of place survives the way through the address', () => {
  const places = [
    { channel: 'C02', ts: undefined, thread: undefined },
    { channel: 'C02', ts: '1700000000.000100', thread: undefined },
    { channel: 'C02', ts: '1700000000.000200', thread: '1700000000.000100' },
    { channel: 'C02', ts: undefined, thread: '1700000000.000100' },
    { channel: 'odd/id?', ts: undefined, thread: undefined },
  ];
  for (const place of places) expect(parseHash(formatHash(place))).toEqual(place);
});

test('the address has the form of a permalink', () => {
  expect(formatHash({ channel: 'C02', ts: '17.1', thread: '16.1' })).toBe('#/C02/17.1?thread=16.1');
});

test('what is no place is null, and a ts that is no number is left out', () => {
  for (const hash of ['', '#', '#/', '#C02', '#//17.1']) expect(parseHash(hash)).toBeNull();
  expect(parseHash('#/C02/abc?thread=<script>')).toEqual({ channel: 'C02', ts: undefined, thread: undefined });
  expect(parseHash('#/%')).toEqual({ channel: '%', ts: undefined, thread: undefined });
});

test('only links to this page are places', () => {
  expect(placeOfLink('http://localhost:3000/#/C02/17.1', base)).toMatchObject({ channel: 'C02', ts: '17.1' });
  expect(placeOfLink('/#/C02/17.1?thread=16.1', base)).toMatchObject({ thread: '16.1' });
  expect(placeOfLink('http://127.0.0.1:3000/#/C02', base)).toMatchObject({ channel: 'C02' });
  expect(placeOfLink('http://localhost:4000/#/C02', base)).toBeNull();
  expect(placeOfLink('https://example.com/#/C02/17.1', base)).toBeNull();
  expect(placeOfLink('/other#/C02', base)).toBeNull();
  expect(placeOfLink('javascript:alert(1)', base)).toBeNull();
  expect(placeOfLink('http://[', base)).toBeNull();
});

test('a reply opens its thread, a root does not', () => {
  expect(placeOfMessage({ channel: 'C', ts: '2.1', thread_ts: '1.1' })).toEqual({
    channel: 'C',
    ts: '2.1',
    thread: '1.1',
  });
  expect(placeOfMessage({ channel: 'C', ts: '1.1', thread_ts: '1.1' })).toEqual({ channel: 'C', ts: '1.1' });
  expect(placeOfMessage({ channel: 'C', ts: '1.1', thread_ts: null })).toEqual({ channel: 'C', ts: '1.1' });
});
