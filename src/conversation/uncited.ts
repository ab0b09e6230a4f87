import type { Remembered } from '../db/remembered.ts';

/** Words that say nothing of what an answer is about. */
const commonWords = new Set(
  `a about after all also am an and any are as at be because been before being but by can could did do does doing done
   for from get got had has have he her here him his how i if in into is it its just let like me more most my no not now of
   off on one only or our out over own say said same she should so some than that the their them then there these they
   this those to too until up us very was we were what when where which while who why will with would yes you your
   message messages know think sure okay ok pup remember anything found find memory source answer`.split(/\s+/),
);

/** At most so many messages are named for an answer that cites none. */
const maxMatches = 3;

/**
 * For an answer without citations: the given messages that it plainly draws on, best first. A message counts
 * when it shares with the answer at least two telling words, one of them not in the question.
 */
export function matchUncited(answer: string, question: string, given: readonly Remembered[]): Remembered[] {
  const answerWords = tellingWords(answer);
  const questionWords = tellingWords(question);
  return given
    .filter(({ byPup }) => !byPup)
    .map((message) => {
      const shared = [...tellingWords(message.text)].filter((word) => answerWords.has(word));
      const isNews = shared.some((word) => !questionWords.has(word));
      return { message, score: shared.length >= 2 && isNews ? shared.length : 0 };
    })
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, maxMatches)
    .map(({ message }) => message);
}

function tellingWords(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => (word.length > 2 || /\d/.test(word)) && !commonWords.has(word)));
}
