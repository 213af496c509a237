// What a link or a small file holds: checked before anything is made of it.
//
// Bytes: version u8, CRC-32 u32 of what follows it, length u32 of the content, the content by raw DEFLATE (RFC 1951).

import { deflateSync, inflateSync } from 'fflate';
import { WebsimError } from '../../workers/errors';
import { crc32 } from '../../workers/saves/crc32';

export interface Kind {
  version: number;
  /** For people, at the beginning of a sentence: "The shared agent". */
  name: string;
}

/** Bytes before the compressed content. */
const HEAD = 9;
/** A content is at most this long, so that a short link cannot fill the memory. */
export const MAX_CONTENT = 8 * 2 ** 20;

export function seal(content: Uint8Array, { version }: Kind): Uint8Array<ArrayBuffer> {
  const compressed = deflateSync(content, { level: 9 });
  const packed = new Uint8Array(HEAD + compressed.length);
  packed.set(compressed, HEAD);
  const view = new DataView(packed.buffer);
  view.setUint8(0, version);
  view.setUint32(5, content.length, true);
  view.setUint32(1, crc32(packed.subarray(5)), true);
  return packed;
}

/** Throws a WebsimError, one sentence, when the bytes are of another version, or damaged. */
export function unseal(packed: Uint8Array, kind: Kind): Uint8Array<ArrayBuffer> {
  if (packed.length <= HEAD) throw damaged(kind, 'it is too short');
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const version = sealedVersion(packed);
  if (version !== kind.version) {
    throw damaged(kind, `it is of version ${version}, expected ${kind.version}`);
  }
  if (view.getUint32(1, true) !== crc32(packed.subarray(5))) {
    throw damaged(kind, 'its checksum does not fit its content, so a part is missing or changed');
  }
  const length = view.getUint32(5, true);
  if (length > MAX_CONTENT) {
    throw damaged(kind, `it holds ${length} bytes, expected at most ${MAX_CONTENT}`);
  }
  const content = new Uint8Array(length);
  let got: number;
  try {
    got = inflateSync(packed.subarray(HEAD), { out: content }).length;
  } catch {
    throw damaged(kind, 'it cannot be decompressed');
  }
  if (got !== length) throw damaged(kind, `it unpacks to ${got} bytes, expected ${length}`);
  return content;
}

export function sealedVersion(packed: Uint8Array): number {
  return packed[0] ?? 0;
}

export function damaged({ name }: Kind, why: string): WebsimError {
  return new WebsimError(`${name} cannot be read: ${why}; ask for the link again`);
}
