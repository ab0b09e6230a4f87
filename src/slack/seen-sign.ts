import type { WebClient } from '@slack/web-api';
import type { ReplyPlace } from '../conversation/chat.ts';
import type { Logger } from '../telemetry/log.ts';
import { classify } from './clients.ts';

export interface SeenSign {
  show(place: ReplyPlace): Promise<void>;
  clear(place: ReplyPlace): Promise<void>;
}

const reaction = 'eyes';
const status = 'is looking through its memory…';
/** Replies under way are far fewer; this only bounds what a missing `clear` would leave. */
const maxSigns = 10_000;

/** The status line under a conversation with pup; elsewhere, and where Slack refuses it, a reaction. Never rejects. */
export function createSeenSign(client: WebClient, log: Logger): SeenSign {
  const signs = new Map<string, 'status' | 'reaction'>();
  const idOf = ({ team, channel, askedTs }: ReplyPlace) => `${team} ${channel} ${askedTs}`;
  const setStatus = (place: ReplyPlace, text: string) =>
    client.assistant.threads.setStatus({
      channel_id: place.channel,
      thread_ts: place.threadTs ?? place.askedTs,
      status: text,
    });
  const react = async (place: ReplyPlace) => {
    try {
      await client.reactions.add({ channel: place.channel, timestamp: place.askedTs, name: reaction });
    } catch (error) {
      const failure = classify(error);
      if (failure.kind === 'refused' && failure.reason === 'already_reacted') return;
      throw error;
    }
  };
  const attempt = async (place: ReplyPlace, act: () => Promise<unknown>, problem: string) => {
    try {
      await act();
      return true;
    } catch (error) {
      const failure = classify(error);
      log.warn({ channel: place.channel, ...failure, err: error }, problem);
      return false;
    }
  };
  return {
    async show(place) {
      if (signs.size >= maxSigns) signs.clear();
      if (
        place.kind === 'direct' &&
        (await attempt(place, () => setStatus(place, status), 'could not set the status'))
      ) {
        signs.set(idOf(place), 'status');
        return;
      }
      if (await attempt(place, () => react(place), 'could not react')) signs.set(idOf(place), 'reaction');
    },
    async clear(place) {
      const sign = signs.get(idOf(place));
      signs.delete(idOf(place));
      if (sign === 'status') await attempt(place, () => setStatus(place, ''), 'could not clear the status');
      if (sign !== 'reaction') return;
      const remove = () =>
        client.reactions.remove({ channel: place.channel, timestamp: place.askedTs, name: reaction });
      await attempt(place, remove, 'could not take the reaction away');
    },
  };
}
