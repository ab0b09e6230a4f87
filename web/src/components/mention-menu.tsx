import type { ReactNode } from 'react';
import type { Person } from '../api.ts';
import { nameOf } from '../lib/mentions.ts';
import { Avatar } from './avatar.tsx';

interface Props {
  readonly id: string;
  readonly people: readonly Person[];
  readonly active: number;
  readonly onPick: (person: Person) => void;
}

/** The focus stays in the textarea, which names the active option by `aria-activedescendant`. */
export function MentionMenu({ id, people, active, onPick }: Props): ReactNode {
  return (
    <div className="mention-menu" id={id} role="listbox" aria-label="People to mention" data-testid="mention-menu">
      {people.map((person, index) => (
        <div
          key={person.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          // Before the textarea loses the focus, which would close the menu.
          onMouseDown={(event) => {
            event.preventDefault();
            onPick(person);
          }}
        >
          <Avatar person={person} id={person.id} small />
          <span className="author">{nameOf(person)}</span>
          <span className="handle">{person.is_pup ? 'ask what was said' : person.name}</span>
        </div>
      ))}
    </div>
  );
}
