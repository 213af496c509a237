// The worker that alone reads and writes saved runs, so that neither page nor ranks wait for the disk.

import { throwRejections } from '../rejections';
import { RunClaims } from './run_claims';
import { openFiles } from './save_files';
import { SavedRuns } from './saved_runs';
import type { SavesReply, SavesRequest, SavesResult } from './saves_protocol';

throwRejections();

const claims = new RunClaims();
const runs = openFiles().then((files) => new SavedRuns(files));
// Each request is told.
runs.catch(() => {});
/** One after the other: two writers of a run would be in each other's way. */
let turn: Promise<void> = runs.then(
  async (saved) => saved.purge(await claims.all()),
  () => {},
);

async function handle(request: SavesRequest): Promise<SavesResult[SavesRequest['type']]> {
  const saved = await runs;
  switch (request.type) {
    case 'list': {
      const claimed = await claims.all();
      return (await saved.list()).map((run) => ({ ...run, inUse: claimed.has(run.id) }));
    }
    case 'claim':
      await claims.claim(request.id);
      return null;
    case 'release':
      claims.release(request.id);
      return null;
    case 'open':
      return saved.open(request.id);
    case 'save':
      return saved.save(request);
    case 'discard':
      await claims.claim(request.id);
      await saved.discard(request.id);
      claims.release(request.id);
      return null;
    case 'remove':
      // Held until it is restored or discarded: no other page takes it meanwhile.
      await claims.claim(request.id);
      await saved.remove(request.id);
      return null;
    case 'restore':
      await saved.restore(request.id);
      claims.release(request.id);
      return null;
    case 'label':
      await saved.label(request.id, request.label);
      return null;
    case 'curves':
      return saved.curves(request.id, request.columns);
    case 'prune':
      return saved.prune(await claims.all());
    case 'export':
      return saved.export(request.id);
    case 'import':
      return saved.import(request.id, request.data);
    default:
      throw new Error(`unknown request ${JSON.stringify(request satisfies never)}`);
  }
}

async function answer(request: SavesRequest): Promise<void> {
  let reply: SavesReply;
  try {
    reply = { call: request.call, result: await handle(request) };
  } catch (error) {
    const { name, message } = error as Error;
    reply = { call: request.call, error: { name, message } };
  }
  self.postMessage(reply);
}

self.addEventListener('message', ({ data }: MessageEvent<SavesRequest>) => {
  turn = turn.then(() => answer(data));
});
