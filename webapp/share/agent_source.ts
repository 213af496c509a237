// Where an address's agent is: in its fragment, or in a file that `?agent=` names.

import { WebsimError } from '../../workers/errors';
import { isPolicyFile, readPolicyFile } from '../player/policy_file';
import { readFragment } from './link';
import { type SharedAgent, unpackAgent } from './packed_agent';

/** A policy file of the largest networks has less. */
const MAX_FILE = 64 * 2 ** 20;

/** Throws a WebsimError, one sentence, when the address has no agent or a broken one. */
export async function readAgent(address: URL): Promise<SharedAgent> {
  const file = address.searchParams.get('agent');
  if (file !== null) return readAgentFile(await download(new URL(file, address)));
  if (address.hash.length > 1) return readFragment(address.hash);
  throw new WebsimError(
    'This address has no agent: expected one after #, or ?agent= with the address of a file; ' +
      'copy a link in WebSim when a run has trained',
  );
}

/** A `.websim` policy, or an agent as links hold it. */
export function readAgentFile(bytes: Uint8Array): SharedAgent {
  if (!isPolicyFile(bytes)) return unpackAgent(bytes);
  const { task, options, policy } = readPolicyFile(bytes);
  return { task, options, policy, settings: {}, seed: 0, result: null };
}

async function download(url: URL): Promise<Uint8Array> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new WebsimError(
      `The agent's file cannot be loaded: expected an address that begins with https:, got ${url.protocol}; ` +
        'put the file on a web server',
    );
  }
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch {
    throw new WebsimError(
      `The agent's file cannot be loaded from ${url.origin}: expected an answer with the header ` +
        'Access-Control-Allow-Origin where it is another site than this one; put the file beside this site, or open it ' +
        'in embed.html, which may ask other sites',
    );
  }
  if (!response.ok) {
    throw new WebsimError(
      `The agent's file cannot be loaded: ${url.pathname} answered HTTP ${response.status}; check the address`,
    );
  }
  if (Number(response.headers.get('Content-Length') ?? 0) > MAX_FILE) throw tooLong();
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > MAX_FILE) throw tooLong();
  return bytes;
}

function tooLong(): WebsimError {
  return new WebsimError(
    `The agent's file cannot be loaded: expected at most ${MAX_FILE / 2 ** 20} MB; share a smaller network`,
  );
}
