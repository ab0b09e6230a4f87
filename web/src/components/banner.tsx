import type { ReactNode } from 'react';
import type { Problem } from '../hooks/use-problem.ts';
import { Icon } from './icons.tsx';

interface Props {
  readonly problem: Problem;
  readonly onRetry?: (() => void) | undefined;
  readonly onDismiss?: (() => void) | undefined;
}

export function Banner({ problem, onRetry, onDismiss }: Props): ReactNode {
  return (
    <div className="banner" role="alert" data-testid="banner">
      <p>
        <strong>{problem.what}.</strong> {problem.help}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
      {onDismiss && (
        <button type="button" className="icon-button" aria-label="Close" title="Close" onClick={onDismiss}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
