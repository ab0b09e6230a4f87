import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateTokens, truncateToTokens } from './tokens.ts';

test('English takes a token for four characters, Japanese one for each', () => {
  expect(estimateTokens('')).toBe(0);
  expect(estimateTokens('a'.repeat(400))).toBe(100);
  expect(estimateTokens('日本語のテキスト')).toBe(8);
  expect(estimateTokens('한국어')).toBe(3);
  expect(estimateTokens('😀')).toBe(3);
});

test('a cut text ends in an ellipsis and never in half a character', () => {
  expect(truncateToTokens('short', 10)).toBe('short');
  expect(truncateToTokens('abcdefghijkl', 2)).toBe('abcdef…');
  expect(truncateToTokens('😀😀😀😀', 4)).toBe('😀…');
  expect(truncateToTokens('abcdef', 0)).toBe('');
});

test('a cut text stays within its budget and is a beginning of the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 0, max: 60 }), (text, budget) => {
      const cut = truncateToTokens(text, budget);
      expect(estimateTokens(cut)).toBeLessThanOrEqual(budget);
      expect(text.startsWith(cut === text ? cut : cut.slice(0, -1))).toBe(true);
      if (estimateTokens(text) <= budget) expect(cut).toBe(text);
    }),
  );
});
