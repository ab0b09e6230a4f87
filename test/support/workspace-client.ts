/** Speaks the HTTP interface of the local workspace, as a script would. */
export interface WireMessage {
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  readonly thread_ts: string | null;
  readonly is_pup: boolean;
  readonly sources: readonly { readonly channel: string; readonly ts: string; readonly permalink: string }[];
}

export interface WorkspaceClient {
  post(channel: string, as: string, text: string, threadTs?: string): Promise<string>;
  list(channel: string, limit?: number): Promise<WireMessage[]>;
  /** Pup's answers to the message, once there is one. */
  answersTo(channel: string, ts: string): Promise<WireMessage[]>;
}

export function createWorkspaceClient(address: string): WorkspaceClient {
  const api = `${address}/workspace/api/channels`;
  const list = async (channel: string, limit = 100) => {
    const response = await fetch(`${api}/${channel}/messages?limit=${limit}`);
    if (!response.ok) throw new Error(`GET messages gave ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as { messages: WireMessage[] };
    return page.messages;
  };
  return {
    list,
    async post(channel, as, text, threadTs) {
      const body = JSON.stringify({ as, text, ...(threadTs === undefined ? {} : { thread_ts: threadTs }) });
      const response = await fetch(`${api}/${channel}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      if (response.status !== 201) throw new Error(`POST message gave ${response.status}: ${await response.text()}`);
      return ((await response.json()) as { ts: string }).ts;
    },
    async answersTo(channel, ts) {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const all = await list(channel);
        const answers = all.filter(
          (message) => message.is_pup && message.ts > ts && (message.thread_ts === ts || channel.startsWith('D-')),
        );
        if (answers.length > 0) return answers;
        if (Date.now() > deadline) throw new Error(`no answer to ${ts} in ${channel} after 20 s`);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    },
  };
}
