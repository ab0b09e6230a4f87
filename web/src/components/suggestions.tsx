import type { ReactNode } from 'react';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { Icon } from './icons.tsx';

interface Props {
  readonly onPick: (question: string) => void;
  readonly onDismiss?: () => void;
}

/** Questions worth asking; a click asks pup here. */
export function Suggestions({ onPick, onDismiss }: Props): ReactNode {
  const { suggestions } = useWorkspace();
  if (suggestions.length === 0) return null;
  return (
    <section className={`suggestions${onDismiss ? ' hint' : ''}`} aria-label="Questions to ask pup">
      {suggestions.map((question) => (
        <button
          key={question}
          type="button"
          className="suggestion"
          data-testid="suggestion"
          onClick={() => onPick(question)}
        >
          <Icon name="spark" />
          <span>{question}</span>
        </button>
      ))}
      {onDismiss && (
        <button
          type="button"
          className="icon-button"
          aria-label="Hide the suggestions"
          title="Hide"
          onClick={onDismiss}
        >
          <Icon name="close" />
        </button>
      )}
    </section>
  );
}
