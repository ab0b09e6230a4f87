import { expect, test } from 'vitest';
import type { Candidate } from '../db/recall.ts';
import { isRelevant, rankCandidates } from './recall.ts';

const candidate = (ts: string, scores: Pick<Candidate, 'wordScore' | 'wordShare' | 'similarity'>): Candidate => ({
  channel: 'C1',
  channelName: 'launch',
  kind: 'public',
  ts,
  threadTs: null,
  author: 'U1',
  authorName: 'Ann',
  byPup: false,
  toPup: false,
  text: 'text',
  fileNames: [],
  ...scores,
});

test('shared rare words and similarity add up, and ties go to the newer message', () => {
  const ranked = rankCandidates([
    candidate('1.000000', { wordScore: null, wordShare: 0, similarity: 0.5 }),
    candidate('2.000000', { wordScore: 12, wordShare: 0.8, similarity: 0.5 }),
    candidate('3.000000', { wordScore: 12, wordShare: 0.8, similarity: null }),
    candidate('4.000000', { wordScore: 12, wordShare: 0.8, similarity: null }),
  ]);
  expect(ranked.map(({ ts }) => ts)).toEqual(['2.000000', '4.000000', '3.000000', '1.000000']);
});

test('a message that merely resembles the question is no answer', () => {
  expect(isRelevant({ wordShare: 0, similarity: 0.48 })).toBe(false);
  expect(isRelevant({ wordShare: 0.21, similarity: 0.37 })).toBe(false);
  expect(isRelevant({ wordShare: 0.36, similarity: 0.39 })).toBe(true);
  expect(isRelevant({ wordShare: 0.7, similarity: null })).toBe(true);
});
