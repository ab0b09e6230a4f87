-- Up Migration

create extension if not exists vector;

create table workspace (
  team text primary key,
  pup_id text not null,
  created_at timestamptz not null default now()
);

create table person (
  team text not null,
  id text not null,
  name text not null,
  display_name text,
  is_bot boolean not null default false,
  is_guest boolean not null default false,
  is_stranger boolean not null default false,
  deleted boolean not null default false,
  time_zone text,
  primary key (team, id)
);

-- kind is null while pup knows only the id: such a conversation is readable in itself alone.
create table conversation (
  team text not null,
  id text not null,
  kind text check (kind in ('public', 'private', 'group', 'direct')),
  name text,
  archived boolean not null default false,
  shared boolean not null default false,
  members_checked_at timestamptz,
  primary key (team, id)
);

create table membership (
  team text not null,
  channel text not null,
  person text not null,
  primary key (team, channel, person)
);
create index membership_by_person on membership (team, person);

-- A deletion leaves the row without its content (deleted), so that an original that arrives late stays deleted.
create table message (
  team text not null,
  channel text not null,
  ts text collate "C" not null,
  thread_ts text collate "C",
  author text not null,
  author_is_bot boolean not null default false,
  text text not null,
  raw_text text not null,
  subtype text,
  edited_ts text collate "C",
  files jsonb not null default '[]',
  -- said to pup: a question to it is no evidence
  to_pup boolean not null default false,
  -- set on pup's own messages: the key of the reply that was posted
  reply_key text,
  deleted boolean not null default false,
  -- grows with every edit, so that a late embedding of the old text is dropped
  version integer not null default 1,
  said_at timestamptz not null,
  stored_at timestamptz not null default now(),
  words tsvector,
  embedding halfvec,
  embedding_model text,
  primary key (team, channel, ts)
);
create index message_words on message using gin (words);
create index message_by_thread on message (team, channel, thread_ts, ts) where thread_ts is not null;
create index message_unembedded on message (team, said_at) where embedding is null and not deleted;
create index message_by_reply_key on message (team, reply_key) where reply_key is not null;

create table reply (
  team text not null,
  channel text not null,
  asked_ts text collate "C" not null,
  thread_ts text collate "C",
  asker text not null,
  state text not null default 'owed' check (state in ('owed', 'done', 'dropped')),
  owed_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  attempt integer not null default 0,
  lease_owner text,
  lease_until timestamptz,
  outcome text check (outcome in ('answered', 'degraded', 'nothing-found', 'cancelled', 'failed')),
  reason text,
  posted_ts text collate "C",
  model text,
  input_tokens integer,
  output_tokens integer,
  finished_at timestamptz,
  primary key (team, channel, asked_ts)
);
create index reply_owed on reply (due_at) where state = 'owed';

create table reply_source (
  team text not null,
  channel text not null,
  asked_ts text collate "C" not null,
  position integer not null,
  source_channel text not null,
  source_ts text collate "C" not null,
  primary key (team, channel, asked_ts, position),
  foreign key (team, channel, asked_ts) references reply on delete cascade
);
create index reply_source_by_message on reply_source (team, source_channel, source_ts);

create table import_progress (
  team text not null,
  file text not null,
  messages integer not null,
  finished_at timestamptz not null default now(),
  primary key (team, file)
);
