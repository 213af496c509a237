// Reads a `.websim` policy file (its format is in py_src/websim/policy.py). It holds data only: reading one runs nothing.

import { WebsimError } from '../../workers/errors';
import { crc32 } from '../../workers/saves/crc32';
import { allFinite, checkedShape, type Layer, type PolicyData, pairs } from './policy_data';

const MAGIC = 'WEBSIM\x00\x01';
/** Of the normaliser's deviations, `websim/normalizer.py` has the same. */
const EPSILON = 1e-8;

export interface PolicyFile {
  task: string;
  /** Options of the task that it was trained with. */
  options: Record<string, unknown>;
  policy: PolicyData;
}

export function isPolicyFile(bytes: Uint8Array): boolean {
  return bytes.length > 16 && String.fromCharCode(...bytes.subarray(0, 6)) === MAGIC.slice(0, 6);
}

/** Throws a WebsimError, one sentence, when it is not one. */
export function readPolicyFile(bytes: Uint8Array): PolicyFile {
  if (!isPolicyFile(bytes)) throw broken('it does not begin with WEBSIM');
  if (String.fromCharCode(...bytes.subarray(0, 8)) !== MAGIC) {
    throw broken(`it is of version ${bytes[7]}, expected 1`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(bytes.length - 4, true) !== crc32(bytes.subarray(0, -4))) {
    throw broken('it is damaged or cut off (checksum)');
  }
  const start = 12 + view.getUint32(8, true);
  if (start > bytes.length - 4) throw broken('its header is longer than the file');
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(12, start)));
  } catch {
    throw broken('its header is no JSON');
  }
  const spec = header.spec as { name?: unknown; options?: unknown } | undefined;
  if (typeof spec?.name !== 'string') throw broken('its header names no task');
  // Copied, because the parameters begin anywhere.
  const params = new Float32Array(
    bytes.slice(start, start + 4 * Math.floor((bytes.length - 4 - start) / 4)).buffer,
  );
  const options = (spec.options ?? {}) as Record<string, unknown>;
  return { task: spec.name, options, policy: readPolicy(header, params) };
}

function readPolicy(header: Record<string, unknown>, params: Float32Array): PolicyData {
  const shape = checkedShape({
    widths: [header.obs_dim, ...(header.hidden as number[]), header.action_dim],
    activation: header.activation,
    squash: header.squash ?? false,
    low: header.low,
    high: header.high,
    clip: header.obs_clip,
  });
  const layers: Layer[] = [];
  let at = 0;
  const take = (count: number) => {
    const part = params.slice(at, at + count);
    at += count;
    if (part.length !== count) throw broken('it has fewer parameters than its layers need');
    return part;
  };
  for (const [inputs, outputs] of pairs(shape.widths)) {
    layers.push({ weights: take(inputs * outputs), bias: take(outputs) });
  }
  if (!allFinite(params)) throw broken('a parameter is NaN or infinite');
  const [mean, variance] = [header.obs_mean, header.obs_var] as [number[], number[]];
  const observations = shape.widths[0];
  if (mean?.length !== observations || variance?.length !== observations) {
    throw broken(`expected ${observations} means and variances of observations`);
  }
  return {
    ...shape,
    mean: Float32Array.from(mean),
    inverseStd: Float32Array.from(variance, (value) => 1 / Math.sqrt(value + EPSILON)),
    layers,
  };
}

function broken(why: string): WebsimError {
  return new WebsimError(`The policy file cannot be read: ${why}; fetch it again`);
}
