import type { ReactNode } from 'react';
import type { Activity } from '../hooks/use-activity.ts';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { nameOf } from '../lib/mentions.ts';
import { Avatar } from './avatar.tsx';
import { PupText } from './pup-text.tsx';

/** Answers that grow, and "pup is reading…" while there is none yet. */
export function ActivityRows({ activity }: { readonly activity: Activity }): ReactNode {
  const { pup } = useWorkspace();
  const { streams, statuses } = activity;
  const name = pup ? nameOf(pup) : 'pup';
  return (
    <>
      {streams.map(({ key, text }) => (
        <section className="group" key={key} data-testid="stream" aria-live="off" aria-busy="true">
          <Avatar person={pup ?? undefined} id="pup" />
          <header className="byline">
            <span className="author">{name}</span>
            <span className="writing">writing…</span>
          </header>
          <article className="message">
            <PupText text={text} growing />
          </article>
        </section>
      ))}
      {streams.length === 0 &&
        statuses.map(({ asked_ts, text }) => (
          <p className="status" key={asked_ts} data-testid="status" role="status">
            <Avatar person={pup ?? undefined} id="pup" small />
            <span>{text}</span>
            <span className="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
          </p>
        ))}
    </>
  );
}
