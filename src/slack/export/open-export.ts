import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { errorCode } from '../../errors.ts';
import { ExportFileUnreadable, ExportRefused, ExportUnreadable } from './errors.ts';

export const maxFileBytes = 64 * 1024 * 1024;
/** A workspace of 1,000 channels fills some 365,000 day files a year. */
const maxEntries = 2_000_000;
const maxNameLength = 512;
/** Deflate reaches 1,032:1. Real exports reach about 20:1, a channel with nothing but one bot's notice about 100:1. */
const maxRatio = 200;
const minBombBytes = 256 * 1024 * 1024;

export interface ExportArchive extends AsyncDisposable {
  /** SHA-256 of the zip, in hex. */
  readonly hash: string;
  /** Names without the folder that some tools put around everything, in the order of the zip. */
  readonly names: readonly string[];
  /** Names that the zip holds more than once; the first one counts. */
  readonly repeated: readonly string[];
  has(name: string): boolean;
  /** The file's bytes, decompressed as they are taken. Throws `ExportFileUnreadable`. */
  read(name: string): AsyncGenerator<Buffer>;
}

/**
 * Opens a zip without reading the files in it. Memory grows with the number of files, never with their size.
 * Throws `ExportUnreadable` for what is no readable zip, `ExportRefused` for one that is built to do harm.
 */
export async function openExport(path: string): Promise<ExportArchive> {
  await checkIsFile(path);
  const zip = await openZip(path);
  try {
    const listed = await listEntries(zip, path);
    return toArchive(zip, listed, await hashOf(path));
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function checkIsFile(path: string): Promise<void> {
  let isFile: boolean;
  try {
    isFile = (await stat(path)).isFile();
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${errorCode(error)})`;
    throw new ExportUnreadable(path, reason, error);
  }
  if (!isFile) throw new ExportUnreadable(path, 'is no file; give the .zip that Slack made');
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? errorCode(error) : null;
    const reason = code === null ? 'is no zip, or was cut off while it was copied' : `cannot be read (${code})`;
    throw new ExportUnreadable(path, reason, error);
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

interface Listed {
  readonly entries: Map<string, Entry>;
  readonly repeated: string[];
}

async function listEntries(zip: ZipFile, path: string): Promise<Listed> {
  if (zip.entryCount > maxEntries) throw new ExportRefused(path, `it holds more than ${maxEntries} files`);
  const entries = new Map<string, Entry>();
  const repeated: string[] = [];
  let packed = 0;
  let unpacked = 0;
  for await (const entry of entriesOf(zip, path)) {
    packed += entry.compressedSize;
    unpacked += entry.uncompressedSize;
    // Files that share the same compressed bytes are how small zips unpack to petabytes.
    if (packed > zip.fileSize) throw new ExportRefused(path, 'its files overlap, as in a zip bomb');
    if (entry.fileName.endsWith('/') || entry.fileName.startsWith('__MACOSX/')) continue;
    if (entries.has(entry.fileName)) repeated.push(entry.fileName);
    else entries.set(entry.fileName, withoutBuffers(entry));
  }
  if (unpacked > minBombBytes && unpacked > maxRatio * zip.fileSize) {
    throw new ExportRefused(path, `it unpacks to more than ${maxRatio} times its size, as a zip bomb does`);
  }
  return { entries, repeated };
}

async function* entriesOf(zip: ZipFile, path: string): AsyncGenerator<Entry> {
  try {
    for await (const entry of zip.eachEntry()) {
      if (!isSafeName(entry.fileName))
        throw new ExportRefused(path, 'it holds a file name with control characters, or a far too long one');
      yield entry;
    }
  } catch (error) {
    if (error instanceof ExportRefused) throw error;
    // yauzl reports names out of the folder ("../", "/", "C:/") among its format errors.
    const isEscape =
      error instanceof Error &&
      /^(invalid relative path|absolute path|invalid characters in fileName)/.test(error.message);
    if (isEscape) throw new ExportRefused(path, 'it holds a file path that leads out of its folder', error);
    throw new ExportUnreadable(path, 'is a damaged zip: its list of files cannot be read', error);
  }
}

/** Names are printed on terminals and kept as keys in the database. */
function isSafeName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return name.length <= maxNameLength && !/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(name);
}

/** Each entry would hold four small buffers for the whole import. */
function withoutBuffers(entry: Entry): Entry {
  const none = Buffer.alloc(0);
  return Object.assign(entry, { fileNameRaw: none, extraFieldRaw: none, fileCommentRaw: none, extraFields: [] });
}

function toArchive(zip: ZipFile, { entries, repeated }: Listed, hash: string): ExportArchive {
  const root = rootOf(entries);
  const byName = new Map<string, Entry>();
  for (const [name, entry] of entries) if (name.startsWith(root)) byName.set(name.slice(root.length), entry);
  return {
    hash,
    names: [...byName.keys()],
    repeated: repeated.filter((name) => name.startsWith(root)).map((name) => name.slice(root.length)),
    has: (name) => byName.has(name),
    read: (name) => readEntry(zip, name, byName.get(name)),
    [Symbol.asyncDispose]: async () => zip.close(),
  };
}

/** A zip that was unpacked and packed again holds everything in one folder. */
function rootOf(entries: ReadonlyMap<string, Entry>): string {
  if (entries.has('users.json')) return '';
  const roots = [...entries.keys()].filter((name) => /^[^/]+\/users\.json$/.test(name));
  const [only] = roots;
  return only === undefined || roots.length > 1 ? '' : only.slice(0, -'users.json'.length);
}

async function* readEntry(zip: ZipFile, name: string, entry: Entry | undefined): AsyncGenerator<Buffer> {
  if (entry === undefined) throw new ExportFileUnreadable(name, 'is not in the zip');
  if (entry.uncompressedSize > maxFileBytes) throw tooBig(name);
  let sum = 0;
  let size = 0;
  try {
    const stream: AsyncIterable<Buffer> = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      size += chunk.length;
      // yauzl stops at the declared size; this line stands for the day it does not.
      if (size > maxFileBytes) throw tooBig(name);
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof ExportFileUnreadable) throw error;
    throw new ExportFileUnreadable(name, 'is damaged in the zip: it cannot be unpacked', error);
  }
  if (sum !== entry.crc32) throw new ExportFileUnreadable(name, 'is damaged in the zip: its checksum is wrong');
}

function tooBig(name: string): ExportFileUnreadable {
  return new ExportFileUnreadable(name, `is larger than ${maxFileBytes / 1024 / 1024} MiB`);
}
