import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPup, type TestPup } from './support/start-pup.ts';
import { createWorkspaceClient, type WorkspaceClient } from './support/workspace-client.ts';

let pup: TestPup;
let client: WorkspaceClient;

beforeAll(async () => {
  pup = await startPup();
  client = createWorkspaceClient(pup.address);
});
afterAll(async () => {
  await pup[Symbol.asyncDispose]();
});

test('what was said is remembered, and comes back quoted with a link', async () => {
  const said = await client.post('C02', 'U01', 'The zebra crossing permit for the showroom is number 4711.');
  const asked = await client.post('C01', 'U06', '@pup what is the number of the zebra crossing permit?');
  const [answer] = await client.answersTo('C01', asked);
  expect(answer?.text).toContain('4711');
  expect(answer?.text).toContain('No language model is connected');
  expect(answer?.sources[0]).toMatchObject({ channel: 'C02', ts: said });
  expect(answer?.sources[0]?.permalink).toBe(`/#/C02/${said}`);
});

test('what was said in a private channel never shows in a public one, and shows to its members in a direct message', async () => {
  const said = await client.post('C07', 'U01', 'The code word of the quarterly budget is marmalade.');
  const asked = await client.post('C01', 'U01', '@pup what is the code word of the quarterly budget?');
  const [publicAnswer] = await client.answersTo('C01', asked);
  expect(publicAnswer?.text).not.toContain('marmalade');
  expect(publicAnswer?.sources.filter(({ channel }) => channel === 'C07')).toEqual([]);

  const member = await client.post('D-U09', 'U09', 'what is the code word of the quarterly budget?');
  const [toMember] = await client.answersTo('D-U09', member);
  expect(toMember?.text).toContain('marmalade');
  expect(toMember?.sources).toContainEqual(expect.objectContaining({ channel: 'C07', ts: said }));

  const outsider = await client.post('D-U11', 'U11', 'what is the code word of the quarterly budget?');
  const [toOutsider] = await client.answersTo('D-U11', outsider);
  expect(toOutsider?.text).not.toContain('marmalade');
});

test('what is said in a direct message never leaks into a public answer', async () => {
  await client.post('D-U05', 'U05', 'Remember that my locker combination is xylophone-9.');
  const asked = await client.post('C06', 'U05', '@pup what is my locker combination?');
  const [answer] = await client.answersTo('C06', asked);
  expect(answer?.text).not.toContain('xylophone');
});

test('a deleted message is in no later answer, and an edit replaces', async () => {
  const api = `${pup.address}/workspace/api/channels/C06/messages`;
  const gone = await client.post('C06', 'U02', 'The secret picnic meadow is behind the quokka barn.');
  const edited = await client.post('C06', 'U02', 'The picnic basket is kept by Ludmila.');
  const deleted = await fetch(`${api}/${gone}?as=U02`, { method: 'DELETE' });
  expect(await deleted.json()).toEqual({ ok: true });
  const changed = await fetch(`${api}/${edited}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: 'U02', text: 'The picnic basket is kept by Ottokar.' }),
  });
  expect(changed.status).toBe(200);
  const asked = await client.post('C06', 'U03', '@pup who keeps the picnic basket, and where is the meadow?');
  const [answer] = await client.answersTo('C06', asked);
  expect(answer?.text).not.toContain('quokka');
  expect(answer?.text).not.toContain('Ludmila');
  expect(answer?.text).toContain('Ottokar');
});

test('a model writes the answer, its citations become links and sources', async () => {
  const mock = new LLMock({ port: 0 });
  mock.onMessage(/walrus/, { content: 'The walrus sleeps in hall nine [m1].' });
  const url = await mock.start();
  await using other = await startPup({ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: `${url}/v1`, EMBEDDINGS: 'local' });
  const them = createWorkspaceClient(other.address);
  const said = await them.post('C05', 'U04', 'We moved the walrus statue, it sleeps in hall nine now.');
  const asked = await them.post('C05', 'U11', '@pup where does the walrus sleep?');
  const [answer] = await them.answersTo('C05', asked);
  expect(answer?.text).toContain('The walrus sleeps in hall nine ([#workshop');
  expect(answer?.sources).toEqual([expect.objectContaining({ channel: 'C05', ts: said })]);
  await mock.stop();
});

test('a failing model degrades to recall, and says so', async () => {
  await using other = await startPup({
    OPENAI_API_KEY: 'test',
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    EMBEDDINGS: 'local',
  });
  const them = createWorkspaceClient(other.address);
  await them.post('C05', 'U04', 'The pelican crane was inspected in Odense.');
  const asked = await them.post('C05', 'U11', '@pup where was the pelican crane inspected?');
  const [answer] = await them.answersTo('C05', asked);
  expect(answer?.text).toContain('The language model is not answering right now');
  expect(answer?.text).toContain('Odense');
});

test('bad input is refused with a status and a reason, and stores nothing', async () => {
  const api = `${pup.address}/workspace/api/channels/C01/messages`;
  const before = await client.list('C01');
  const post = async (body: string, type = 'application/json') => {
    const response = await fetch(api, { method: 'POST', headers: { 'content-type': type }, body });
    return response.status;
  };
  expect(await post('{')).toBe(400);
  expect(await post('{"as":"U01"}')).toBe(400);
  expect(await post('{"as":"U01","text":"  "}')).toBe(400);
  expect(await post(JSON.stringify({ as: 'U01', text: 'x'.repeat(40_001) }))).toBe(400);
  expect(await post(JSON.stringify({ as: 'U01', text: 'x'.repeat(2 * 1024 * 1024) }))).toBe(413);
  expect(await post('{"as":"nobody","text":"hello"}')).toBe(404);
  expect(await post('{"as":"U01","text":"hello","thread_ts":"no number"}')).toBe(400);
  expect(await post('as=U01&text=hello', 'text/plain')).toBe(415);
  expect(await client.list('C01')).toEqual(before);
});

test('NUL and lone surrogates in a text do no harm', async () => {
  const ts = await client.post('C06', 'U02', 'odd \0 text \ud800 stays');
  const message = (await client.list('C06')).find((candidate) => candidate.ts === ts);
  expect(message?.text).toBe('odd  text \ufffd stays');
});
