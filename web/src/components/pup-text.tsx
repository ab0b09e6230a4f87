import { memo, type ReactNode } from 'react';
import Markdown, { type Components } from 'react-markdown';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { placeOfLink } from '../lib/hash.ts';
import { nameOf } from '../lib/mentions.ts';
import { PlaceLink } from './place-link.tsx';

function SafeLink({
  href = '',
  children,
}: {
  readonly href?: string | undefined;
  readonly children?: ReactNode;
}): ReactNode {
  // An address that could run a script arrives empty.
  if (href === '') return children;
  const place = placeOfLink(href, window.location.href);
  if (place) return <PlaceLink place={place}>{children}</PlaceLink>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

const components: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  // An image in an answer could carry what was remembered to another server, just by being loaded.
  img: ({ src, alt }) => <SafeLink href={typeof src === 'string' ? src : ''}>{alt || 'image'}</SafeLink>,
};

interface Props {
  readonly text: string;
  /** The answer still grows. */
  readonly growing?: boolean;
}

/** Pup's answers: Markdown, of which raw HTML stays text. */
export const PupText = memo(function PupText({ text, growing = false }: Props): ReactNode {
  const { people } = useWorkspace();
  const named = text.replace(/<@([\w-]+)(?:\|[^<>\n]*)?>/g, (found, id: string) => {
    const person = people.find((candidate) => candidate.id === id);
    return person ? `@${nameOf(person)}` : found;
  });
  return (
    <div className={`text markdown${growing ? ' growing' : ''}`}>
      <Markdown components={components}>{named}</Markdown>
    </div>
  );
});
