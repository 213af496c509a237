// A trained agent in as few bytes as it keeps its gait with: the actor's weights in 8 bits, compressed.
//
// Sealed (envelope.ts): length u32 of the JSON header, the header, padding to 4 bytes, then little-endian: float32 means
// and inverse deviations of observations [O]; bfloat16 scales, of each layer one for each output and one for its bias;
// int16 biases of all layers; int8 weights of all layers, [inputs, outputs]. A weight is its integer times its output's
// scale. An agent that brings its task is of version 2: the header has the task's as `brought`, and the task's parts follow.

import { WebsimError } from '../../workers/errors';
import {
  allFinite,
  checkedShape,
  type Layer,
  type PolicyData,
  pairs,
  parametersOf,
  writeNumber,
} from '../player/policy_data';
import type { BroughtTask } from '../player/task_file';
import { type AgentFacts, checkedFacts } from './agent_facts';
import { damaged, type Kind, MAX_CONTENT, seal, sealedVersion, unseal } from './envelope';
import { packTask, readTask } from './packed_task';

export interface SharedAgent extends AgentFacts {
  policy: PolicyData;
  /** Where it is none of the site's as they come. */
  brought?: BroughtTask;
}

const AGENT: Kind = { version: 1, name: 'The shared agent' };
const WITH_TASK: Kind = { ...AGENT, version: 2 };
const INT8 = 127;
const INT16 = 32767;

/** Throws a WebsimError when it is too large. */
export function packAgent({ policy, brought, ...facts }: SharedAgent): Uint8Array {
  const { widths, activation, squash, low, high, clip } = policy;
  const shape = {
    ...{ widths, activation, squash, clip: writeNumber(clip) },
    ...{ low: low.map(writeNumber), high: high.map(writeNumber) },
  };
  const task = brought && packTask(brought.task, facts.options);
  const told = task ? { ...facts, options: task.options, brought: task.header } : facts;
  const header = new TextEncoder().encode(JSON.stringify({ ...told, policy: shape }));
  const layers = policy.layers.map((layer) => quantise(layer));
  const scales = layers.flatMap((layer) => [layer.scales, Float32Array.of(layer.biasScale)]);
  const content = joined([
    Uint32Array.of(header.length),
    header,
    new Uint8Array(padding(header.length)),
    ...[policy.mean, policy.inverseStd],
    ...scales.map(highHalves),
    ...layers.map(({ bias }) => bias),
    ...layers.map(({ weights }) => weights),
    ...(task ? task.parts : []),
  ]);
  if (content.length > MAX_CONTENT) {
    throw new WebsimError(
      `The agent with its model is too large to be shared: expected at most ${MAX_CONTENT} bytes, got ${content.length}; ` +
        'use coarser meshes, or send the run as a file',
    );
  }
  return seal(content, task ? WITH_TASK : AGENT);
}

/** Throws a WebsimError, one sentence, when the bytes are not an agent; nothing larger than it may be is made before. */
export function unpackAgent(packed: Uint8Array): SharedAgent {
  const kind = sealedVersion(packed) >= WITH_TASK.version ? WITH_TASK : AGENT;
  return readContent(unseal(packed, kind), kind === WITH_TASK);
}

function readContent(content: Uint8Array, withTask: boolean): SharedAgent {
  if (content.length < 4) throw damaged(AGENT, 'it is empty');
  const headerLength = new DataView(content.buffer).getUint32(0, true);
  if (4 + headerLength > content.length) throw damaged(AGENT, 'its header is cut off');
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + headerLength)));
  } catch {
    throw damaged(AGENT, 'its header is no JSON');
  }
  const facts = checkedFacts(header);
  const shape = checkedShape((header.policy ?? {}) as Record<string, unknown>);
  const layers = pairs(shape.widths);
  const [observations = 0] = shape.widths;
  const outputs = layers.reduce((sum, [, count]) => sum + count, 0);
  const parameters = parametersOf(shape.widths);
  const scaleCount = outputs + layers.length;
  const start = 4 + headerLength + padding(headerLength);
  const scalesAt = start + 8 * observations;
  const biasesAt = scalesAt + 2 * scaleCount;
  const weightsAt = biasesAt + 2 * outputs;
  const end = weightsAt + parameters - outputs;
  if (withTask ? content.length < end : content.length !== end) {
    throw damaged(AGENT, `it has ${content.length} bytes, expected ${end} for its layers`);
  }
  const { buffer } = content;
  const numbers = new Float32Array(buffer, start, 2 * observations);
  const allScales = fromHighHalves(new Uint16Array(buffer, scalesAt, scaleCount));
  if (!allFinite(numbers) || !allFinite(allScales))
    throw damaged(AGENT, 'a number in it is not finite');
  const biases = new Int16Array(buffer, biasesAt, outputs);
  const weights = new Int8Array(buffer, weightsAt, end - weightsAt);
  const cursor = { scale: 0, bias: 0, weight: 0 };
  const task = withTask ? readTask(facts, header.brought, content.subarray(end)) : {};
  return {
    ...{ ...facts, ...task },
    policy: {
      ...shape,
      mean: numbers.slice(0, observations),
      inverseStd: numbers.slice(observations, 2 * observations),
      layers: layers.map(([inputs, count]) => {
        const scales = allScales.subarray(cursor.scale, cursor.scale + count);
        const biasScale = allScales[cursor.scale + count]!;
        const bias = biases.subarray(cursor.bias, cursor.bias + count);
        const part = weights.subarray(cursor.weight, cursor.weight + inputs * count);
        cursor.scale += count + 1;
        cursor.bias += count;
        cursor.weight += inputs * count;
        return {
          weights: Float32Array.from(part, (value, i) => value * scales[i % count]!),
          bias: Float32Array.from(bias, (value) => value * biasScale),
        };
      }),
    },
  };
}

interface QuantisedLayer {
  weights: Int8Array;
  /** Of each output. */
  scales: Float32Array;
  bias: Int16Array;
  biasScale: number;
}

function quantise({ weights, bias }: Layer): QuantisedLayer {
  const outputs = bias.length;
  const most = new Float32Array(outputs);
  weights.forEach((value, i) => {
    most[i % outputs] = Math.max(most[i % outputs]!, Math.abs(value));
  });
  const scales = roundedUp(most.map((value) => value / INT8));
  const mostBias = bias.reduce((so, value) => Math.max(so, Math.abs(value)), 0);
  const biasScale = roundedUp(Float32Array.of(mostBias / INT16))[0]!;
  return {
    weights: Int8Array.from(weights, (value, i) => nearest(value, scales[i % outputs]!)),
    scales,
    bias: Int16Array.from(bias, (value) => nearest(value, biasScale)),
    biasScale,
  };
}

/** The next bfloat16, so that nothing is beyond the largest integer. */
function roundedUp(scales: Float32Array): Float32Array {
  return fromHighHalves(highHalves(scales).map((half, i) => (scales[i] === 0 ? 0 : half + 1)));
}

/** float32 cut to bfloat16. */
function highHalves(numbers: Float32Array): Uint16Array {
  return Uint16Array.from(new Uint32Array(numbers.slice().buffer), (bits) => bits >>> 16);
}

function fromHighHalves(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

function nearest(value: number, scale: number): number {
  return scale === 0 ? 0 : Math.round(value / scale);
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

function joined(parts: readonly ArrayBufferView[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  const out = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of bytes) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
