// Links: an agent in an address's fragment, which browsers do not send to any server.

import { WebsimError } from '../../workers/errors';
import { fromBase64, toBase64 } from '../base64';
import { packAgent, type SharedAgent, unpackAgent } from './packed_agent';

/** Longer addresses are cut off by some browsers and by most chat programs; a file takes such an agent. */
export const MAX_LINK = 64_000;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** Bytes as base64url without padding (RFC 4648, 5). */
export function toText(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

export function fromText(text: string): Uint8Array {
  if (!BASE64URL.test(text) || text.length % 4 === 1) {
    throw new WebsimError(
      'The link cannot be read: expected letters, digits, - and _ after #, and not so many that one is left over; ' +
        'copy the whole link again',
    );
  }
  return fromBase64(text.replace(/-/g, '+').replace(/_/g, '/'));
}

/** The fragment of a link, with its #; null when the agent needs a file. */
export function agentFragment(agent: SharedAgent): string | null {
  const text = toText(packAgent(agent));
  return text.length > MAX_LINK ? null : `#${text}`;
}

/** `fragment`: `location.hash`. Throws a WebsimError, one sentence, when it holds no agent. */
export function readFragment(fragment: string): SharedAgent {
  const text = fragment.replace(/^#/, '');
  if (text.length > 2 * MAX_LINK) {
    throw new WebsimError(
      `The link cannot be read: expected at most ${2 * MAX_LINK} characters after #, got ${text.length}; ` +
        'share the agent as a file',
    );
  }
  return unpackAgent(fromText(text));
}
