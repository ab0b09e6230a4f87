import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { isStepCount, type ModelMessage, streamText, type TextStreamPart, type ToolSet, tool } from 'ai';
import type { z } from 'zod';
import { AppError, errorCode } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { ModelUnavailable, toModelError } from './errors.ts';
import './sdk-silence.ts';
import { type TimeLimitOptions, TimeLimits } from './time-limits.ts';

/** Something that the model may call. `run` gets input that `input` has accepted, as `input` gave it out. */
export interface AnswerTool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType;
  /** The result goes to the model as JSON. What it throws reaches the model as a sentence, not the caller. */
  run(input: unknown, signal: AbortSignal): Promise<unknown>;
}

export interface AnswerRequest {
  readonly system: string;
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[];
  readonly tools: readonly AnswerTool[];
  /** The most requests to the model; in the last one it may not call tools, so that it answers. */
  readonly maxSteps: number;
  readonly signal: AbortSignal;
  /** Called with each piece of text as it comes, from every step. */
  onText(delta: string): void;
}

export interface Answer {
  /** The text of the last step; empty where the model said nothing. */
  readonly text: string;
  /** Over all steps; null where the provider did not say. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly steps: number;
  /** `stop`, `length`, `content-filter`, `tool-calls`, `other`. */
  readonly finishReason: string;
}

export interface LanguageModel {
  readonly name: string;
  /** Rejects with an error of `errors.ts`, or with the signal's reason when it is aborted. Never retries. */
  streamAnswer(request: AnswerRequest): Promise<Answer>;
}

/** `timeoutMs` is for the whole answer, the other two hold in each step while the model (not a tool) is at work. */
export interface LanguageModelOptions extends TimeLimitOptions {
  readonly baseUrl: string;
  readonly apiKey: () => string;
  readonly model: string;
  /** For each step. */
  readonly maxOutputTokens: number;
  readonly temperature?: number;
  readonly fetch?: typeof globalThis.fetch;
  /** Where failed tools are written down. */
  readonly log?: Logger;
}

/** A chat model behind any endpoint that speaks OpenAI's protocol. */
export function createLanguageModel(options: LanguageModelOptions): LanguageModel {
  const provider = createOpenAICompatible({
    name: 'openai',
    baseURL: options.baseUrl,
    apiKey: options.apiKey,
    includeUsage: true,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  const model = provider.chatModel(options.model);
  return {
    name: options.model,
    async streamAnswer(request) {
      request.signal.throwIfAborted();
      using limits = new TimeLimits(options);
      const done = new AbortController();
      const signal = AbortSignal.any([request.signal, limits.signal, done.signal]);
      try {
        const { stream } = streamText({
          model,
          instructions: request.system.toWellFormed(),
          messages: request.messages.map(toModelMessage),
          tools: toToolSet(request.tools, signal, options.log),
          stopWhen: isStepCount(request.maxSteps),
          prepareStep: ({ stepNumber }) => (stepNumber >= request.maxSteps - 1 ? { toolChoice: 'none' } : {}),
          maxOutputTokens: options.maxOutputTokens,
          ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
          maxRetries: 0,
          abortSignal: signal,
          onLanguageModelCallStart: () => limits.requestSent(),
          onLanguageModelCallEnd: () => limits.requestEnded(),
          telemetry: { isEnabled: false },
          // Errors come as parts of the stream too; the default prints them, with the prompt, on the console.
          onError: () => {},
        });
        return await collectAnswer(untilAborted(stream, signal), request.onText, limits);
      } catch (error) {
        request.signal.throwIfAborted();
        throw toModelError(limits.signal.aborted ? limits.signal.reason : error);
      } finally {
        // Whatever ended this (an `onText` that throws, say), the request must not go on costing.
        done.abort();
      }
    },
  };
}

/**
 * What a model says before it calls a tool ("Let me look that up") is worth showing while it works, so all text is
 * streamed. It is not the answer: it was written before the sources were read, and nothing in it can be cited. So
 * the answer is the text of the last step alone, and whoever streamed more replaces it in the end.
 */
async function collectAnswer(
  stream: AsyncIterable<TextStreamPart<ToolSet>>,
  onText: (delta: string) => void,
  limits: TimeLimits,
): Promise<Answer> {
  let text = '';
  let steps = 0;
  let streamed = false;
  for await (const part of stream) {
    switch (part.type) {
      case 'start-step':
        steps += 1;
        text = '';
        break;
      case 'text-delta':
        if (part.text === '') break;
        limits.tokenArrived();
        onText(text === '' && streamed ? `\n\n${part.text}` : part.text);
        text += part.text;
        streamed = true;
        break;
      case 'reasoning-delta':
      case 'tool-input-start':
      case 'tool-input-delta':
        limits.tokenArrived();
        break;
      case 'error':
        throw part.error;
      case 'finish':
        return {
          text,
          inputTokens: part.totalUsage.inputTokens ?? null,
          outputTokens: part.totalUsage.outputTokens ?? null,
          steps,
          finishReason: part.finishReason,
        };
      default:
        break;
    }
  }
  throw new ModelUnavailable('the stream ended early');
}

/** Ends the iteration with the signal's reason at once: the stream itself would wait for a tool that ignores it. */
async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const iterator = stream[Symbol.asyncIterator]();
  try {
    while (true) {
      const result = await Promise.race([iterator.next(), aborted]);
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: it would wait for the tool. A failure of it is the failure that is already on its way.
    iterator.return?.().catch(() => {});
  }
}

function toModelMessage(message: AnswerRequest['messages'][number]): ModelMessage {
  return { role: message.role, content: message.content.toWellFormed() };
}

/** Unknown tools and arguments that do not fit never get here: the SDK tells the model what was wrong with them. */
function toToolSet(tools: readonly AnswerTool[], signal: AbortSignal, log: Logger | undefined): ToolSet {
  return Object.fromEntries(
    tools.map((answerTool) => [
      answerTool.name,
      tool({
        description: answerTool.description,
        inputSchema: answerTool.input,
        execute: (input: unknown) => runTool(answerTool, input, signal, log),
      }),
    ]),
  );
}

async function runTool(answerTool: AnswerTool, input: unknown, signal: AbortSignal, log: Logger | undefined) {
  try {
    return await answerTool.run(input, signal);
  } catch (error) {
    signal.throwIfAborted();
    log?.warn({ tool: answerTool.name, code: errorCode(error) }, 'tool failed');
    // Our own messages are written to be read; others (a database's, say) could hold what the model must not see.
    const reason = error instanceof AppError ? error.message : 'internal error';
    return `The tool ${answerTool.name} failed: ${reason}. Go on without its result, and say so if it matters.`;
  }
}
