import type { ReactNode } from 'react';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { nameOf } from '../lib/mentions.ts';
import { Icon } from './icons.tsx';

/** A place that the chosen person may not read, or that does not exist; which of the two is not told. */
export function NoAccess({ onMenu }: { readonly onMenu: () => void }): ReactNode {
  const { me } = useWorkspace();
  return (
    <main className="pane">
      <header className="pane-header">
        <button type="button" className="icon-button menu-button" aria-label="Channels and people" onClick={onMenu}>
          <Icon name="menu" />
        </button>
        <h2>Not here</h2>
      </header>
      <div className="welcome" data-testid="no-access">
        <h3>{nameOf(me)} cannot read this</h3>
        <p className="welcome-text">
          It is private, or it does not exist. Choose another channel, or another person to speak as.
        </p>
      </div>
    </main>
  );
}
