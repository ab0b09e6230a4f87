import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { InvalidInput } from '../errors.ts';
import { type AnswerRequest, type AnswerTool, createLanguageModel, type LanguageModelOptions } from './answer.ts';
import { ModelUnavailable } from './errors.ts';

const prompt = 'the launch of Albatross';
let mock: LLMock;
const consoleCalls: unknown[] = [];

beforeEach(async () => {
  mock = new LLMock({ port: 0, host: '127.0.0.1' });
  await mock.start();
  consoleCalls.length = 0;
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => void consoleCalls.push(args));
  }
  vi.spyOn(process, 'emitWarning').mockImplementation((...args: unknown[]) => void consoleCalls.push(args));
});

afterEach(async () => {
  await mock.stop();
  expect(consoleCalls).toEqual([]);
});

function languageModel(overrides: Partial<LanguageModelOptions> = {}) {
  return createLanguageModel({
    baseUrl: `${mock.url}/v1`,
    apiKey: () => 'sk-test',
    model: 'gpt-test',
    timeoutMs: 10_000,
    firstTokenTimeoutMs: 5000,
    idleTimeoutMs: 5000,
    maxOutputTokens: 500,
    ...overrides,
  });
}

function ask(overrides: Partial<AnswerRequest> = {}): { request: AnswerRequest; deltas: string[] } {
  const deltas: string[] = [];
  const request: AnswerRequest = {
    system: 'You are pup.',
    messages: [{ role: 'user', content: prompt }],
    tools: [],
    maxSteps: 4,
    signal: new AbortController().signal,
    onText: (delta) => deltas.push(delta),
    ...overrides,
  };
  return { request, deltas };
}

const searchInput = z.object({ query: z.string().min(1) });

function searchTool(run: AnswerTool['run'] = async () => ({ hits: ['moved to Thursday'] })) {
  const calls: unknown[] = [];
  const searchMemory: AnswerTool = {
    name: 'search_memory',
    description: 'Searches remembered messages.',
    input: searchInput,
    run(input, signal) {
      calls.push(input);
      return run(input, signal);
    },
  };
  return { tool: searchMemory, calls };
}

/** What the model got back from the tools, in the last request. */
function toolResults(): readonly unknown[] {
  const body = z.object({ messages: z.array(z.looseObject({ role: z.string() })) }).parse(mock.getLastRequest()?.body);
  return body.messages.filter((message) => message.role === 'tool').map((message) => message.content);
}

describe('an answer', () => {
  test('is streamed piece by piece and counted', async () => {
    const content = 'The launch moved to Thursday, says Anna.';
    mock.onMessage(prompt, { content, usage: { prompt_tokens: 12, completion_tokens: 7 } }, { chunkSize: 5 });
    const { request, deltas } = ask();
    const answer = await languageModel().streamAnswer(request);
    expect(answer).toEqual({ text: content, inputTokens: 12, outputTokens: 7, steps: 1, finishReason: 'stop' });
    expect(deltas.length).toBeGreaterThan(3);
    expect(deltas.join('')).toBe(content);
    expect(mock.getLastRequest()?.body).toMatchObject({ model: 'gpt-test', max_tokens: 500, stream: true });
    expect(mock.getRequests()).toHaveLength(1);
  });

  test('comes from the last step; what was said before a tool call is only streamed', async () => {
    const { tool, calls } = searchTool();
    mock.on(
      { hasToolResult: true },
      { content: 'It moved to Thursday.', usage: { prompt_tokens: 30, completion_tokens: 6 } },
    );
    mock.onMessage(prompt, {
      content: 'Let me look.',
      toolCalls: [{ name: 'search_memory', arguments: { query: 'launch' } }],
      usage: { prompt_tokens: 10, completion_tokens: 4 },
    });
    const { request, deltas } = ask({ tools: [tool] });
    const answer = await languageModel().streamAnswer(request);
    expect(answer).toMatchObject({ text: 'It moved to Thursday.', steps: 2, inputTokens: 40, outputTokens: 10 });
    expect(deltas.join('')).toBe('Let me look.\n\nIt moved to Thursday.');
    expect(calls).toEqual([{ query: 'launch' }]);
    expect(toolResults()).toEqual([JSON.stringify({ hits: ['moved to Thursday'] })]);
  });

  test('ends at the step limit: the last step may not call a tool', async () => {
    const { tool, calls } = searchTool();
    mock.on({ predicate: (body) => body.tool_choice === 'none' }, { content: 'That is all I found.' });
    mock.onMessage(prompt, { toolCalls: [{ name: 'search_memory', arguments: { query: 'again' } }] });
    const answer = await languageModel().streamAnswer(ask({ tools: [tool], maxSteps: 3 }).request);
    expect(answer).toMatchObject({ text: 'That is all I found.', steps: 3 });
    expect(calls).toHaveLength(2);
  });

  test('says so when it was cut at the token limit', async () => {
    mock.onMessage(prompt, { content: 'The launch', finishReason: 'length' });
    expect(await languageModel().streamAnswer(ask().request)).toMatchObject({ finishReason: 'length' });
  });
});

describe('a tool', () => {
  test.each([
    ['with arguments of the wrong shape', { name: 'search_memory', arguments: '{"query":7}' }, /query/],
    ['with arguments that are not JSON', { name: 'search_memory', arguments: '{"query":' }, /search_memory/],
    ['that does not exist', { name: 'delete_everything', arguments: '{}' }, /delete_everything/],
  ])('called %s does not run and the model is told', async (_name, call, told) => {
    const { tool, calls } = searchTool();
    mock.on({ hasToolResult: true }, { content: 'Sorry, I found nothing.' });
    mock.onMessage(prompt, { toolCalls: [call] });
    const answer = await languageModel().streamAnswer(ask({ tools: [tool] }).request);
    expect(answer.text).toBe('Sorry, I found nothing.');
    expect(calls).toEqual([]);
    expect(String(toolResults()[0])).toMatch(told);
  });

  test.each([
    ['an error of ours with its message', new InvalidInput('no channel of that name'), /no channel of that name/],
    ['any other error without it', new Error('password authentication failed'), /^((?!password).)*internal error/],
  ])('that throws gives the model %s', async (_name, thrown, told) => {
    const { tool } = searchTool(() => Promise.reject(thrown));
    mock.on({ hasToolResult: true }, { content: 'Search is down.' });
    mock.onMessage(prompt, { toolCalls: [{ name: 'search_memory', arguments: { query: 'launch' } }] });
    const answer = await languageModel().streamAnswer(ask({ tools: [tool] }).request);
    expect(answer.text).toBe('Search is down.');
    expect(String(toolResults()[0])).toMatch(told);
  });

  test('may take longer than a model may be silent', async () => {
    const { tool } = searchTool(() => new Promise((resolve) => setTimeout(resolve, 400, 'found')));
    mock.on({ hasToolResult: true }, { content: 'Found.' });
    mock.onMessage(prompt, { toolCalls: [{ name: 'search_memory', arguments: { query: 'launch' } }] });
    const model = languageModel({ firstTokenTimeoutMs: 200, idleTimeoutMs: 200 });
    expect(await model.streamAnswer(ask({ tools: [tool] }).request)).toMatchObject({ text: 'Found.' });
  });

  test('that ignores its signal does not hold up the end of the time limit', async () => {
    const { tool } = searchTool(() => new Promise(() => {}));
    mock.onMessage(prompt, { toolCalls: [{ name: 'search_memory', arguments: { query: 'launch' } }] });
    const answer = languageModel({ timeoutMs: 400 }).streamAnswer(ask({ tools: [tool] }).request);
    await expect(answer).rejects.toBeInstanceOf(ModelUnavailable);
  });
});

describe('an abort', () => {
  test('before the start sends nothing', async () => {
    const reason = new Error('shutting down');
    const aborted = languageModel().streamAnswer(ask({ signal: AbortSignal.abort(reason) }).request);
    await expect(aborted).rejects.toBe(reason);
    expect(mock.getRequests()).toEqual([]);
  });

  test('in the middle of the stream ends it with the reason of the caller', async () => {
    const controller = new AbortController();
    const reason = new Error('the question was deleted');
    mock.onMessage(prompt, { content: 'word '.repeat(500) }, { chunkSize: 5, streamingProfile: { ttft: 1, tps: 50 } });
    const { request, deltas } = ask({
      signal: controller.signal,
      onText: (delta) => {
        deltas.push(delta);
        controller.abort(reason);
      },
    });
    await expect(languageModel().streamAnswer(request)).rejects.toBe(reason);
    expect(deltas.length).toBeLessThan(5);
  });
});
