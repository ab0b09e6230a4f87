import { isRelevant, type Passage } from '../memory/recall.ts';
import type { SourceRef } from './chat.ts';
import { cut, type Evidence } from './evidence.ts';
import { nothingFound, whyNoAnswer } from './persona.ts';

const shownPassages = 4;
const quotedCharacters = 400;

export interface RecallAnswer {
  readonly markdown: string;
  readonly sources: SourceRef[];
}

/** The answer without a model: the best passages, quoted and linked, and one line that says why. */
export function answerByRecall(
  passages: readonly Passage[],
  evidence: Evidence,
  errorCode: string | null,
): RecallAnswer {
  const shown = passages.filter(isRelevant).slice(0, shownPassages);
  if (shown.length === 0) return { markdown: nothingFound, sources: [] };
  const quotes = shown.map((passage) => `${quoted(passage)}\n${evidence.longMarkdownLink(passage)}`);
  return {
    markdown: [`_${whyNoAnswer(errorCode)}_`, ...quotes].join('\n\n'),
    sources: shown.map((passage) => evidence.source(passage)),
  };
}

function quoted(passage: Passage): string {
  const text = passage.text.trim() || passage.fileNames.join(', ');
  return cut(text, quotedCharacters)
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
