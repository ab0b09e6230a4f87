import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { formatHash, type Place } from '../lib/hash.ts';

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'onClick'> {
  readonly place: Place;
  readonly children: ReactNode;
  readonly 'data-testid'?: string;
}

/** A link inside the workspace. Works again on the place where we are already, unlike a bare `#` link. */
export function PlaceLink({ place, children, ...rest }: Props): ReactNode {
  const { navigate } = useWorkspace();
  const onClick = (event: MouseEvent): void => {
    // A click with a modifier opens a tab or a window, as with every link.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(place);
  };
  return (
    <a {...rest} href={formatHash(place)} onClick={onClick}>
      {children}
    </a>
  );
}
