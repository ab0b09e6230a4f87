import { Fragment, type ReactNode, useMemo } from 'react';
import { useWorkspace } from '../hooks/use-workspace.ts';
import { nameOf } from '../lib/mentions.ts';
import { type Block, type Inline, parseMrkdwn } from '../lib/mrkdwn.ts';
import { PlaceLink } from './place-link.tsx';

function PersonMention({ id, label }: { readonly id: string; readonly label: string | null }): ReactNode {
  const { people, me } = useWorkspace();
  const person = people.find((candidate) => candidate.id === id);
  const className = `mention${id === me.id ? ' me' : ''}`;
  return <span className={className}>@{person ? nameOf(person) : (label ?? id)}</span>;
}

function ChannelMention({ id, label }: { readonly id: string; readonly label: string | null }): ReactNode {
  const { channels } = useWorkspace();
  const channel = channels.find((candidate) => candidate.id === id);
  if (!channel) return <span className="mention">#{label ?? 'private channel'}</span>;
  return (
    <PlaceLink place={{ channel: id }} className="mention">
      #{channel.name ?? id}
    </PlaceLink>
  );
}

function InlineNode({ node }: { readonly node: Inline }): ReactNode {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'code':
      return <code>{node.text}</code>;
    case 'bold':
      return (
        <strong>
          <Inlines nodes={node.children} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Inlines nodes={node.children} />
        </em>
      );
    case 'strike':
      return (
        <s>
          <Inlines nodes={node.children} />
        </s>
      );
    case 'link':
      return (
        <a href={node.url} target="_blank" rel="noopener noreferrer">
          {node.label}
        </a>
      );
    case 'person':
      return <PersonMention id={node.id} label={node.label} />;
    case 'channel':
      return <ChannelMention id={node.id} label={node.label} />;
    case 'broadcast':
      return <span className="mention me">{node.label}</span>;
  }
}

function Inlines({ nodes }: { readonly nodes: readonly Inline[] }): ReactNode {
  return nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change their order
    <Fragment key={`${index} ${node.type}`}>
      <InlineNode node={node} />
    </Fragment>
  ));
}

function BlockNode({ block, suffix }: { readonly block: Block; readonly suffix: ReactNode }): ReactNode {
  if (block.type === 'code') {
    return (
      <>
        <pre>
          <code>{block.text}</code>
        </pre>
        {suffix}
      </>
    );
  }
  const Tag = block.type === 'quote' ? 'blockquote' : 'p';
  return (
    <Tag>
      <Inlines nodes={block.children} />
      {suffix}
    </Tag>
  );
}

/** What a person wrote, in Slack's mrkdwn. */
export function MessageText({ text, edited }: { readonly text: string; readonly edited: boolean }): ReactNode {
  const blocks = useMemo(() => parseMrkdwn(text), [text]);
  return (
    <div className="text mrkdwn">
      {blocks.map((block, index) => (
        <BlockNode
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change their order
          key={`${index} ${block.type}`}
          block={block}
          suffix={edited && index === blocks.length - 1 && <span className="edited"> (edited)</span>}
        />
      ))}
    </div>
  );
}
