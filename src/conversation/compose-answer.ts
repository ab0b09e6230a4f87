import { errorCode } from '../errors.ts';
import type { Answer, LanguageModel } from '../llm/answer.ts';
import type { Logger } from '../telemetry/log.ts';
import type { SourceRef } from './chat.ts';
import { type AnswerContext, contextPrompt } from './context.ts';
import { type Evidence, formatTime, placeName, withoutOpenCitation } from './evidence.ts';
import { noSource, systemPrompt } from './persona.ts';
import { answerByRecall } from './recall-mode.ts';
import { createTools, type ToolContext } from './tools.ts';
import { matchUncited } from './uncited.ts';

const maxSteps = 5;

export interface ComposedAnswer {
  readonly markdown: string;
  readonly sources: readonly SourceRef[];
  readonly outcome: 'answered' | 'degraded' | 'nothing-found';
  readonly reason: string | null;
  readonly usage: Pick<Answer, 'inputTokens' | 'outputTokens'> | null;
}

export interface ComposeOptions {
  /** null: recall mode. */
  readonly model: LanguageModel | null;
  readonly maxContextTokens: number;
  readonly timeZone: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Gets the readable part of the growing answer, piece by piece. */
  readonly onText: (markdown: string) => void;
}

/** Writes the answer with the model; without one, or when it fails, from recall alone. Rejects only when aborted. */
export async function composeAnswer(
  context: AnswerContext,
  tools: ToolContext,
  options: ComposeOptions,
): Promise<ComposedAnswer> {
  const { model, signal, log } = options;
  if (model === null) return composeByRecall(context, tools.evidence, null);
  try {
    const answer = await askModel(model, context, tools, options);
    if (answer.text.trim() === '') throw new Error('the model gave an empty answer');
    return { ...withSources(answer.text, context, tools.evidence), outcome: 'answered', reason: null, usage: answer };
  } catch (error) {
    signal.throwIfAborted();
    const code = errorCode(error);
    log.warn({ code, err: error, model: model.name }, 'model failed, answering by recall');
    return composeByRecall(context, tools.evidence, code);
  }
}

function composeByRecall(context: AnswerContext, evidence: Evidence, code: string | null): ComposedAnswer {
  const { markdown, sources } = answerByRecall(context.recalled, evidence, code);
  const outcome = sources.length === 0 ? 'nothing-found' : 'degraded';
  return { markdown, sources, outcome, reason: code ?? 'NO_MODEL', usage: null };
}

async function askModel(
  model: LanguageModel,
  context: AnswerContext,
  tools: ToolContext,
  options: ComposeOptions,
): Promise<Answer> {
  const { timeZone } = options;
  const show = growingText(tools.evidence, options.onText);
  return model.streamAnswer({
    system: systemPrompt({
      today: formatTime((Date.now() / 1000).toFixed(6), timeZone),
      place: placeName(context.asked),
      asker: context.asked.authorName,
      timeZone,
    }),
    messages: [{ role: 'user', content: contextPrompt(context, tools.evidence, options.maxContextTokens) }],
    tools: createTools(tools),
    maxSteps,
    signal: options.signal,
    onText: show,
  });
}

/** Turns deltas into deltas with links: a citation is shown when it is whole. */
function growingText(evidence: Evidence, onText: (markdown: string) => void): (delta: string) => void {
  let pending = '';
  return (delta) => {
    pending += delta;
    const ready = withoutOpenCitation(pending);
    if (ready === '') return;
    pending = pending.slice(ready.length);
    onText(evidence.link(ready).markdown);
  };
}

function withSources(
  text: string,
  context: AnswerContext,
  evidence: Evidence,
): { markdown: string; sources: readonly SourceRef[] } {
  const linked = evidence.link(text.trim());
  if (linked.sources.length > 0) return linked;
  const drawnOn = matchUncited(linked.markdown, context.question, evidence.all());
  if (drawnOn.length === 0) return { markdown: `${linked.markdown}\n\n${noSource}`, sources: [] };
  const links = drawnOn.map((message) => evidence.markdownLink(message)).join(' · ');
  return {
    markdown: `${linked.markdown}\n\nSources: ${links}`,
    sources: drawnOn.map((message) => evidence.source(message)),
  };
}
