import { type ReactNode, useState } from 'react';
import { Icon } from './icons.tsx';

interface Props {
  readonly onThread?: (() => void) | undefined;
  /** Resolves to whether it was copied. */
  readonly onCopy: () => Promise<boolean>;
  readonly onEdit?: (() => void) | undefined;
  readonly onDelete?: (() => void) | undefined;
}

/** The buttons of a message; shown on hover, and when one of them has the focus. */
export function MessageActions({ onThread, onCopy, onEdit, onDelete }: Props): ReactNode {
  const [copied, setCopied] = useState(false);
  const copyLabel = copied ? 'Link copied' : 'Copy link';
  return (
    <div className="actions" role="toolbar" aria-label="Message actions" onMouseLeave={() => setCopied(false)}>
      {onThread && (
        <button
          type="button"
          data-testid="reply"
          aria-label="Reply in thread"
          title="Reply in thread"
          onClick={onThread}
        >
          <Icon name="reply" />
        </button>
      )}
      <button
        type="button"
        data-testid="copy-link"
        aria-label={copyLabel}
        title={copyLabel}
        onClick={() => void onCopy().then(setCopied)}
      >
        <Icon name="link" />
      </button>
      {onEdit && (
        <button type="button" data-testid="edit" aria-label="Edit" title="Edit" onClick={onEdit}>
          <Icon name="edit" />
        </button>
      )}
      {onDelete && (
        <button type="button" data-testid="delete" aria-label="Delete" title="Delete" onClick={onDelete}>
          <Icon name="trash" />
        </button>
      )}
    </div>
  );
}
