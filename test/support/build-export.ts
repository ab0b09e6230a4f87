import { open } from 'node:fs/promises';
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZippedFile {
  readonly name: string;
  /** Written as it is where it is text or bytes, as JSON otherwise. */
  readonly content: unknown;
  readonly method?: 'store' | 'deflate';
  /** What the zip claims, where it is to lie. */
  readonly claimedSize?: number;
  readonly claimedCrc?: number;
}

/** Writes a real zip file by file, so that memory holds one of them. At most 65,535 files. */
export async function writeZip(path: string, files: Iterable<ZippedFile> | AsyncIterable<ZippedFile>): Promise<void> {
  await using output = await open(path, 'w');
  const directory: Buffer[] = [];
  let offset = 0;
  for await (const file of files) {
    const { local, data, central } = zipFile(file, offset);
    await output.write(Buffer.concat([local, data]));
    directory.push(central);
    offset += local.length + data.length;
  }
  if (directory.length > 0xffff) throw new RangeError('too many files for a zip without zip64');
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  await output.write(Buffer.concat([listed, end]));
}

function zipFile({ name, content, method = 'deflate', claimedSize, claimedCrc }: ZippedFile, offset: number) {
  const bytes = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : toJson(content));
  const data = method === 'store' ? bytes : deflateRawSync(bytes);
  const nameBytes = Buffer.from(name);
  // The fields that both headers share, from "version needed" to the length of the extra field.
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(0x800, 2);
  common.writeUInt16LE(method === 'store' ? 0 : 8, 4);
  common.writeUInt16LE(0x21, 8);
  common.writeUInt32LE(claimedCrc ?? crc32(bytes), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(claimedSize ?? bytes.length, 18);
  common.writeUInt16LE(nameBytes.length, 22);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(offset, 10);
  return {
    local: Buffer.concat([uint32(0x04034b50), common, nameBytes]),
    data,
    central: Buffer.concat([uint32(0x02014b50), Buffer.from([20, 0]), common, tail, nameBytes]),
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** With line breaks, as Slack writes them. */
function toJson(value: unknown): string {
  return JSON.stringify(value, null, 4);
}

/** A company with every kind of person, conversation and message that an export knows. */
export function sampleExport(): ZippedFile[] {
  return [
    {
      name: 'users.json',
      content: [
        {
          id: 'U1',
          team_id: 'T1',
          name: 'anna',
          real_name: 'Anna Lind',
          tz: 'Europe/Oslo',
          profile: { display_name: 'Anna' },
        },
        { id: 'U2', team_id: 'T1', name: 'ben', real_name: 'Ben Okoro', profile: { display_name: '' } },
        { id: 'U3', team_id: 'T1', name: 'gia', real_name: 'Gia Guest', is_restricted: true, profile: {} },
        { id: 'U4', team_id: 'T9', name: 'sam', real_name: 'Sam Stranger', is_stranger: true, profile: {} },
        { id: 'U5', team_id: 'T1', name: 'dora', deleted: true, profile: { real_name: 'Dora Gone' } },
        { id: 'U6', team_id: 'T1', name: 'ci', real_name: 'CI', is_bot: true, profile: {} },
      ],
    },
    {
      name: 'channels.json',
      content: [
        { id: 'C1', name: 'general', is_archived: false, is_general: true, members: ['U1', 'U2', 'U3', 'U6'] },
        { id: 'C2', name: 'old-plans', is_archived: true, members: [] },
        { id: 'C3', name: 'with-partner', is_archived: false, members: ['U1', 'U4'] },
      ],
    },
    { name: 'groups.json', content: [{ id: 'G1', name: 'board', is_archived: false, members: ['U1', 'U2'] }] },
    { name: 'dms.json', content: [{ id: 'D1', created: 1_700_000_000, members: ['U1', 'U2'] }] },
    { name: 'mpims.json', content: [{ id: 'G2', name: 'mpdm-anna--ben--gia-1', members: ['U1', 'U2', 'U3'] }] },
    { name: 'integration_logs.json', content: [] },
    { name: 'general/2023-11-15.json', content: [said('U2', '1700050000.000100', 'The next day')] },
    { name: 'general/2023-11-14.json', content: everyMessage(), method: 'store' },
    { name: 'general/canvas_in_the_conversation.json', content: {} },
    { name: 'FC:F1:canvas/2023-11-14.json', content: [said('U1', '1700000000.000100', 'On a canvas')] },
    { name: 'old-plans/2023-11-14.json', content: [said('U5', '1700000000.000100', 'The plan of old')] },
    { name: 'with-partner/2023-11-14.json', content: [fromStranger()] },
    { name: 'board/2023-11-14.json', content: [said('U1', '1700000000.000100', 'Between us')] },
    {
      name: 'D1/2023-11-14.json',
      content: [said('U2', '1700000000.000200', 'Hi Anna'), said('U1', '1700000000.000100', 'Ben?')],
    },
    { name: 'mpdm-anna--ben--gia-1/2023-11-14.json', content: [said('U3', '1700000000.000100', 'All three')] },
  ];
}

/** A plain message of a person. */
export function said(user: string, ts: string, text: string, more: object = {}): object {
  return { type: 'message', user, ts, text, client_msg_id: `id-${ts}`, team: 'T1', ...more };
}

function fromStranger(): object {
  return said('U8', '1700000000.000100', 'Hello from outside', {
    user_team: 'T8',
    user_profile: { real_name: 'Olga Outside', display_name: 'Olga', name: 'olga', team: 'T8', is_restricted: false },
  });
}

function everyMessage(): object[] {
  const file = { id: 'F1', name: 'plan.txt', title: 'The plan', preview: 'Step one', mimetype: 'text/plain' };
  return [
    {
      type: 'message',
      subtype: 'channel_join',
      user: 'U1',
      ts: '1700000000.000100',
      text: '<@U1> has joined the channel',
    },
    said('U1', '1700000001.000100', 'We ship on <#C2|old-plans>, <@U2>: <https://example.com|see> &amp; *act*', {
      thread_ts: '1700000001.000100',
      reply_count: 2,
    }),
    said('U2', '1700000002.000100', 'Agreed', { thread_ts: '1700000001.000100' }),
    said('U2', '1700000003.000100', 'For all to see', { thread_ts: '1700000001.000100', subtype: 'thread_broadcast' }),
    said('U3', '1700000004.000100', 'Now right', { edited: { user: 'U3', ts: '1700000005.000000' } }),
    said('U1', '1700000006.000100', 'Here it is', { upload: true, files: [file, { id: 'F2', mode: 'tombstone' }] }),
    { type: 'message', subtype: 'file_share', user: 'U2', ts: '1700000007.000100', text: 'Of old', file },
    {
      type: 'message',
      subtype: 'bot_message',
      bot_id: 'B1',
      username: 'Deployer',
      ts: '1700000008.000100',
      text: 'Deployed 1.2',
    },
    {
      type: 'message',
      subtype: 'tombstone',
      user: 'USLACKBOT',
      hidden: true,
      ts: '1700000009.000100',
      text: 'This message was deleted.',
    },
    said('U1', '1700000010.000100', '<@UPUP> what did we decide?'),
    {
      type: 'message',
      subtype: 'channel_leave',
      user: 'U4',
      ts: '1700000011.000100',
      text: '<@U4> has left the channel',
    },
  ];
}

/** A company that wrote `messages` messages of about 120 characters, the same number each day in each channel. */
export function* largeExport({
  messages,
  channels,
  days,
}: {
  messages: number;
  channels: number;
  days: number;
}): Generator<ZippedFile> {
  const people = Array.from({ length: 50 }, (_, index) => ({
    id: `U${index}`,
    team_id: 'T1',
    real_name: `Person ${index}`,
    profile: {},
  }));
  yield { name: 'users.json', content: people };
  const all = Array.from({ length: channels }, (_, index) => ({
    id: `C${index}`,
    name: `channel-${index}`,
    members: people.map(({ id }) => id),
  }));
  yield { name: 'channels.json', content: all };
  const perFile = messages / channels / days;
  for (const { name } of all) {
    for (let day = 0; day < days; day++) {
      const start = Date.UTC(2023, 0, 1 + day) / 1_000;
      const content = Array.from({ length: perFile }, (_, index) => largeMessage(start, index));
      yield {
        name: `${name}/${new Date(start * 1_000).toISOString().slice(0, 10)}.json`,
        content: JSON.stringify(content, null, 1),
      };
    }
  }
}

function largeMessage(start: number, index: number): object {
  const text = `Message ${index} of ${start}: the release moves to week ${index % 52}, because the tests of part ${index * 31} took longer than <@U${index % 50}> said.`;
  const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] }];
  return said(
    `U${index % 50}`,
    `${start + Math.floor(index / 10)}.${String(index % 1_000_000).padStart(6, '0')}`,
    text,
    { blocks },
  );
}
