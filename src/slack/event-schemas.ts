import { z } from 'zod';

/**
 * Slack's bodies as far as pup reads them. Ids, times and conversations are checked strictly, since rows are
 * keyed by them; what only decorates a message is taken leniently, so that a new shape never loses a message.
 */
export const idSchema = z.string().regex(/^[\w-]{1,64}$/, 'is no Slack id');
/** Seconds and six digits. Stored as text and compared as text within one width, so nothing else may pass. */
export const tsSchema = z.string().regex(/^\d{1,12}\.\d{6}$/, 'is no Slack timestamp');

const lenientText = z.string().nullish().catch(undefined);
const flag = z.boolean().nullish().catch(undefined);

export const envelopeSchema = z.object({
  type: z.literal('event_callback'),
  team_id: idSchema.nullish(),
  context_team_id: idSchema.nullish(),
  event_id: lenientText,
  authorizations: z
    .array(z.object({ team_id: idSchema.nullish(), is_enterprise_install: flag }))
    .nullish()
    .catch(undefined),
  event: z.looseObject({ type: z.string().min(1).max(100) }),
});

const fileSchema = z
  .object({ name: lenientText, title: lenientText, preview: lenientText, plain_text: lenientText })
  .nullable()
  .catch(null);

export const messageSchema = z.object({
  type: z.string().optional(),
  subtype: z.string().max(100).nullish(),
  channel: idSchema,
  channel_type: lenientText,
  user: idSchema.nullish(),
  bot_id: idSchema.nullish(),
  ts: tsSchema,
  thread_ts: tsSchema.nullish(),
  event_ts: lenientText,
  text: z.string().nullish(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  files: z.array(fileSchema).nullish().catch(undefined),
  edited: z.object({ ts: tsSchema }).nullish().catch(undefined),
  hidden: flag,
  metadata: z
    .object({ event_type: z.string(), event_payload: z.looseObject({}).nullish() })
    .nullish()
    .catch(undefined),
});
export type SlackMessage = z.infer<typeof messageSchema>;

export const changedSchema = z.object({
  channel: idSchema,
  channel_type: lenientText,
  ts: tsSchema,
  message: z.looseObject({ ts: tsSchema }),
  previous_message: z.looseObject({}).nullish().catch(undefined),
});
export const deletedSchema = z.object({ channel: idSchema, deleted_ts: tsSchema });

export const conversationSchema = z.object({
  id: idSchema,
  name: lenientText,
  is_private: flag,
  is_group: flag,
  is_mpim: flag,
  is_im: flag,
  is_member: flag,
  is_archived: flag,
  is_shared: flag,
  is_ext_shared: flag,
  is_org_shared: flag,
  is_pending_ext_shared: flag,
});
export type SlackConversation = z.infer<typeof conversationSchema>;

export const membershipSchema = z.object({ user: idSchema, channel: idSchema });
export const channelSchema = z.object({ channel: idSchema });
export const createdSchema = z.object({ channel: conversationSchema });
export const renamedSchema = z.object({ channel: z.object({ id: idSchema, name: z.string().min(1).max(200) }) });
export const unsharedSchema = z.object({ channel: idSchema, is_ext_shared: flag });
export const directSchema = z.object({ user: idSchema, channel: z.object({ id: idSchema }) });

export const personSchema = z.object({
  id: idSchema,
  team_id: idSchema.nullish().catch(undefined),
  name: lenientText,
  real_name: lenientText,
  deleted: flag,
  is_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  tz: lenientText,
  profile: z.object({ real_name: lenientText, display_name: lenientText }).nullish().catch(undefined),
  enterprise_user: z
    .object({ teams: z.array(z.string()).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});
export type SlackPerson = z.infer<typeof personSchema>;
export const personEventSchema = z.object({ user: personSchema });
