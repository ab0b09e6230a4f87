import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react';
import { useDraft } from '../hooks/use-draft.ts';
import { useMentionMenu } from '../hooks/use-mention-menu.ts';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { Icon } from './icons.tsx';
import { MentionMenu } from './mention-menu.tsx';

export interface ComposerHandle {
  focus(): void;
  /** Fills the text in and sends it. */
  submit(text: string): void;
}

interface Props {
  readonly testId: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly initial?: string;
  /** Under this key the text outlives a change of place. */
  readonly draftKey?: string;
  readonly autoFocus?: boolean;
  readonly handle?: Ref<ComposerHandle>;
  /** Resolves to false when the text could not be sent; it stays then. */
  readonly onSend: (text: string) => Promise<boolean>;
  readonly onCancel?: () => void;
  /** Arrow-up in an empty composer. */
  readonly onArrowUp?: () => void;
}

// With a touch keyboard the focus would open it over half of the page.
const hasKeyboard = (): boolean => window.matchMedia('(hover: hover)').matches;

export function Composer(props: Props): ReactNode {
  const { testId, label, placeholder, initial = '', draftKey, onSend, onCancel } = props;
  const { people } = useWorkspace();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useDraft(draftKey, initial);
  const menu = useMentionMenu(area, text, setText, people);
  const menuId = useId();

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.value = text;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
  const wantsFocus = props.autoFocus || Boolean(onCancel);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element || !wantsFocus || !hasKeyboard()) return;
    element.focus({ preventScroll: true });
    element.setSelectionRange(element.value.length, element.value.length);
  }, [wantsFocus]);

  const send = async (typed: string): Promise<void> => {
    if (typed.trim() === '') return;
    const emptied = !onCancel;
    if (emptied) setText('');
    const sent = await onSend(typed.trim());
    // What was typed meanwhile is not overwritten.
    if (!sent && emptied) setText((now) => now || typed);
  };
  useImperativeHandle(props.handle, () => ({
    focus: () => area.current?.focus(),
    submit: (filled) => {
      setText(filled);
      void send(filled);
    },
  }));

  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter that ends a composition (Japanese, Chinese, Korean) chooses a word.
    if (event.nativeEvent.isComposing || menu.onKeyDown(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send(text);
    } else if (event.key === 'Escape' && onCancel) {
      event.stopPropagation();
      onCancel();
    } else if (event.key === 'ArrowUp' && text === '' && props.onArrowUp) {
      event.preventDefault();
      props.onArrowUp();
    }
  };

  return (
    <div className="composer">
      {menu.people.length > 0 && (
        <MentionMenu id={menuId} people={menu.people} active={menu.active} onPick={menu.pick} />
      )}
      <textarea
        ref={area}
        data-testid={testId}
        rows={1}
        value={text}
        placeholder={placeholder}
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={menu.people.length > 0 ? menuId : undefined}
        aria-activedescendant={menu.people.length > 0 ? `${menuId}-${menu.active}` : undefined}
        onChange={(event) => {
          setText(event.target.value);
          menu.update(event.target);
        }}
        onSelect={(event) => menu.update(event.currentTarget)}
        onBlur={menu.close}
        onKeyDown={onKeyDown}
      />
      {onCancel ? (
        <div className="composer-buttons">
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
          <button type="button" className="primary" disabled={text.trim() === ''} onClick={() => void send(text)}>
            Save
          </button>
        </div>
      ) : (
        <button
          type="button"
          className="send"
          aria-label="Send"
          title="Send (Enter)"
          disabled={text.trim() === ''}
          onClick={() => void send(text)}
        >
          <Icon name="send" />
        </button>
      )}
    </div>
  );
}
