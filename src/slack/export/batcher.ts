import type { ChatEvent, ReceiveEvents } from '../../conversation/chat.ts';

/** Texts of 40,000 characters in a full batch would take 80 MB. */
const maxBatchCharacters = 2_000_000;
/** Files without a message make no batch; their progress is written down all the same. */
const maxWaitingFiles = 200;

export interface BatchCounts {
  readonly messages: number;
  /** Those that were not known before. */
  readonly stored: number;
}

/**
 * Collects events and hands them to `receive`, one batch at a time: `add` resolves after the commit of a batch
 * that it filled, so reading never runs ahead of storing. Batches reach over files, since most day files are small.
 */
export class Batcher {
  readonly #receive: ReceiveEvents;
  readonly #size: number;
  readonly #onReceived: (counts: BatchCounts) => void;
  #events: ChatEvent[] = [];
  #characters = 0;
  #finishedFiles: (() => Promise<void>)[] = [];

  constructor(receive: ReceiveEvents, size: number, onReceived: (counts: BatchCounts) => void) {
    this.#receive = receive;
    this.#size = size;
    this.#onReceived = onReceived;
  }

  async add(event: ChatEvent): Promise<void> {
    this.#events.push(event);
    if (event.type === 'message') this.#characters += event.message.text.length + event.message.rawText.length;
    if (this.#events.length >= this.#size || this.#characters >= maxBatchCharacters) await this.flush();
  }

  /** Calls `markDone` as soon as everything that was added before is committed. */
  async finishFile(markDone: () => Promise<void>): Promise<void> {
    this.#finishedFiles.push(markDone);
    if (this.#events.length === 0 || this.#finishedFiles.length >= maxWaitingFiles) await this.flush();
  }

  async flush(): Promise<void> {
    const events = this.#events;
    const finishedFiles = this.#finishedFiles;
    this.#events = [];
    this.#characters = 0;
    this.#finishedFiles = [];
    if (events.length > 0) this.#onReceived(countMessages(events, await this.#receive(events)));
    for (const markDone of finishedFiles) await markDone();
  }
}

function countMessages(events: readonly ChatEvent[], receipts: readonly { readonly stored: boolean }[]): BatchCounts {
  let messages = 0;
  let stored = 0;
  for (const [index, event] of events.entries()) {
    if (event.type !== 'message') continue;
    messages += 1;
    if (receipts[index]?.stored === true) stored += 1;
  }
  return { messages, stored };
}
