// npm run import -- export.zip
import { readSettings } from '../src/config.ts';
import { createReceive } from '../src/conversation/receive.ts';
import { isImported, markImported } from '../src/db/imports.ts';
import { migrate } from '../src/db/migrate.ts';
import { listWorkspaces, saveWorkspace } from '../src/db/workspaces.ts';
import { InvalidInput } from '../src/errors.ts';
import { type ImportTarget, runImportCommand } from '../src/slack/export/import-command.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { prepareQueueHome } from '../src/workers/create-queues.ts';
import { enqueueEmbedding } from '../src/workers/embedding-worker.ts';
import { queueHome } from '../src/workers/queue-home.ts';
import { localPup, localTeam } from '../src/workspace/reads.ts';

const settings = readSettings();
// the terminal shows a bar and named problems; only what is wrong with pup itself is logged
const log = createLogger('error');

/** The workspace to import into: the named one, the only one there is, or the local one. */
async function openTarget({ team: named }: { readonly team: string | null }): Promise<ImportTarget> {
  const { database, pool } = await import('../src/db/connection.ts');
  await migrate(pool, log);
  await prepareQueueHome(queueHome(settings, pool));
  const { embeddingQueue } = await import('../src/workers/queues.ts');
  const known = await listWorkspaces(pool);
  if (named === null && known.length > 1) {
    const teams = known.map(({ team }) => team).join(', ');
    throw new InvalidInput(`pup is in several workspaces (${teams}). Say into which: --team TEAM_ID`);
  }
  const team = named ?? known[0]?.team ?? localTeam;
  const pupId = known.find((workspace) => workspace.team === team)?.pupId ?? localPup;
  await saveWorkspace(pool, team, pupId);
  return {
    team,
    pup: { userId: pupId, botId: pupId },
    receive: createReceive({
      db: pool,
      pupId: () => pupId,
      answer: 'none',
      onOwed: () => {},
      onUnembedded: (owner, messages) => enqueueEmbedding(embeddingQueue, { team: owner, messages }),
    }),
    progress: {
      done: (file) => isImported(pool, team, file),
      markDone: (file, count) => markImported(pool, team, file, count),
    },
    async [Symbol.asyncDispose]() {
      await embeddingQueue.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

const stopped = new AbortController();
process.once('SIGINT', () => stopped.abort());
process.exitCode = await runImportCommand(process.argv.slice(2), {
  openTarget,
  stdout: process.stdout,
  stderr: process.stderr,
  log,
  signal: stopped.signal,
});
