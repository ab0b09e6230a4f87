import type { ReactNode } from 'react';
import type { Source } from '../api.ts';
import { channelTitle, useWorkspace } from '../hooks/use-workspace.ts';
import { placeOfMessage } from '../lib/hash.ts';
import { fullTimeOfTs, shortTimeOfTs } from '../lib/time.ts';
import { PlaceLink } from './place-link.tsx';

/** The messages that an answer was taken from. */
export function Sources({ sources }: { readonly sources: readonly Source[] }): ReactNode {
  const workspace = useWorkspace();
  if (sources.length === 0) return null;
  return (
    <ul className="sources" aria-label="Sources">
      {sources.map((source) => {
        const channel = workspace.channels.find(({ id }) => id === source.channel);
        const title = channel ? channelTitle(channel, workspace) : source.channel;
        return (
          <li key={`${source.channel} ${source.ts}`}>
            <PlaceLink
              place={placeOfMessage(source)}
              className="source"
              data-testid="source"
              title={`Show the message of ${fullTimeOfTs(source.ts)} in ${title}`}
            >
              <span className="source-channel">{title}</span> {shortTimeOfTs(source.ts)}
            </PlaceLink>
          </li>
        );
      })}
    </ul>
  );
}
