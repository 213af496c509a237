import { readFileSync } from 'node:fs';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readPolicyFile } from '../../webapp/player/policy_file';
import { PolicyNetwork } from '../../webapp/player/policy_network';
import { agentFragment, readFragment, toText } from '../../webapp/share/link';
import { packAgent, type SharedAgent, unpackAgent } from '../../webapp/share/packed_agent';
import { WebsimError } from '../../workers/errors';
import { crc32 } from '../../workers/saves/crc32';

/** Numbers in [0, 1) that are the same in every run (Park and Miller, 1988). */
function random(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

function trained(): SharedAgent {
  const file = readFileSync(new URL('../data/half_cheetah.websim', import.meta.url));
  const { task, options, policy } = readPolicyFile(new Uint8Array(file));
  return {
    ...{ task, options, policy, seed: 1 },
    settings: {
      ...{
        algorithm: 'ppo',
        num_envs: 64,
        total_steps: 1_500_000,
        num_steps: 32,
        update_epochs: 8,
      },
      ...{
        learning_rate: 0.00073,
        gamma: 0.985,
        gae_lambda: 0.91,
        clip_coef: 0.17,
        ent_coef: 1e-5,
      },
    },
    result: { episodic_return: 5382, interval: 31, global_step: 1_500_000 },
  };
}

function randomAgent(number: number): SharedAgent {
  const next = random(number);
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const floats = (count: number) => Float32Array.from({ length: count }, () => 4 * next() - 2);
  const widths = Array.from({ length: whole(2, 4) }, () => whole(1, 40));
  const squash = next() < 0.3;
  const controls = whole(1, 6);
  widths.push(squash ? 2 * controls : controls);
  const unlimited = next() < 0.2;
  const side = (value: number) => Array.from({ length: controls }, () => value);
  return {
    task: `Task ${number} \u{1F916} "quoted"`,
    options: { number },
    settings: { algorithm: 'sac', gamma: next(), hidden: widths },
    seed: whole(0, 2 ** 40),
    result: next() < 0.5 ? null : { episodic_return: -1000 * next(), global_step: whole(1, 1e9) },
    ...(next() < 0.5 ? {} : { reward: 'def reward(signals, actions, unhealthy):\n  ...' }),
    policy: {
      widths,
      activation: (['tanh', 'relu', 'silu', 'elu'] as const)[whole(0, 3)]!,
      squash,
      low: side(unlimited ? -Infinity : -1),
      high: side(unlimited ? Infinity : 0.5),
      clip: next() < 0.5 ? 10 : Infinity,
      mean: floats(widths[0]!),
      inverseStd: floats(widths[0]!).map(Math.abs),
      layers: widths.slice(1).map((outputs, i) => ({
        weights: floats(widths[i]! * outputs),
        bias: floats(outputs),
      })),
    },
  };
}

const largest = (values: Float32Array) =>
  values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const largestError = (a: Float32Array, b: Float32Array) => largest(a.map((x, i) => x - b[i]!));

describe('a link', () => {
  it('holds a trained HalfCheetah of 64-64 units in 9,000 characters', () => {
    const fragment = agentFragment(trained())!;
    expect(`https://example.org/websim/agent.html${fragment}`.length).toBeLessThanOrEqual(9000);
  });

  it('moves the robot as before', () => {
    const agent = trained();
    const copy = readFragment(agentFragment(agent)!);
    const [before, after] = [agent, copy].map(({ policy }) => new PolicyNetwork(policy, null));
    const next = random(1);
    let difference = 0;
    for (let i = 0; i < 100; i++) {
      const observations = Float32Array.from(
        agent.policy.mean,
        (mean, k) => mean + (2 * next() - 1) / agent.policy.inverseStd[k]!,
      );
      const actions = [before!, after!].map((network) => {
        const out = new Float32Array(6);
        network.controls(observations, out);
        return out;
      });
      difference += actions[0]!.reduce((sum, x, k) => sum + Math.abs(x - actions[1]![k]!), 0) / 600;
    }
    expect(difference).toBeLessThan(0.02);
  });

  it('brings 200 agents back as they were, their weights to 8 bits', () => {
    for (let number = 0; number < 200; number++) {
      const agent = randomAgent(number);
      const copy = readFragment(agentFragment(agent)!);
      const [{ policy: before, ...facts }, { policy: after, ...copied }] = [agent, copy];
      expect(copied).toEqual(facts);
      const { layers: exact, ...shape } = before;
      const { layers: rounded, ...copiedShape } = after;
      expect(copiedShape).toEqual(shape);
      exact.forEach(({ weights, bias }, i) => {
        const layer = rounded[i]!;
        expect(largestError(weights, layer.weights)).toBeLessThan(largest(weights) / 250);
        expect(largestError(bias, layer.bias)).toBeLessThan(largest(bias) / 64500);
      });
    }
  });

  it('is refused with a sentence when it is changed anywhere: 500 ways', () => {
    const fragment = agentFragment(trained())!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_%<"\u00e9';
    const next = random(7);
    const below = (count: number) => Math.floor(next() * count);
    for (let i = 0; i < 500; i++) {
      const at = 1 + below(fragment.length - 1);
      const letter = alphabet[below(alphabet.length)]!;
      const changed = [
        () => fragment.slice(0, at),
        () => fragment.slice(0, at) + letter + fragment.slice(at),
        () => fragment.slice(0, at) + fragment.slice(at + 1 + below(20)),
        () => fragment.slice(0, at) + letter + fragment.slice(at + 1),
        () => fragment.slice(0, at) + fragment.slice(0, at),
      ][i % 5]!();
      // The last letter of base64 has bits that stand for nothing.
      if (changed === fragment || at >= fragment.length - 2) continue;
      expect(() => readFragment(changed), changed.slice(0, 40)).toThrow(WebsimError);
      try {
        readFragment(changed);
      } catch (error) {
        expect((error as Error).message).toMatch(/cannot be read: .+; .+/);
      }
    }
  });
});

/** A link whose checksum is right, as somebody could make it who means harm. */
function forged(header: unknown, { length = null as number | null, rest = 0 } = {}): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const content = new Uint8Array(4 + text.length + ((4 - (text.length % 4)) % 4) + rest);
  new DataView(content.buffer).setUint32(0, text.length, true);
  content.set(text, 4);
  const compressed = deflateSync(content);
  const packed = new Uint8Array(9 + compressed.length);
  packed.set(compressed, 9);
  const view = new DataView(packed.buffer);
  view.setUint8(0, 1);
  view.setUint32(5, length ?? content.length, true);
  view.setUint32(1, crc32(packed.subarray(5)), true);
  return packed;
}

describe('a forged link', () => {
  const { policy: _, ...facts } = trained();
  const shape = { activation: 'tanh', squash: false, low: [], high: [], clip: 1 };

  it.each([
    [
      'layers that fill the memory',
      { ...facts, policy: { ...shape, widths: [4096, 4096, 4096] } },
      'too large',
    ],
    ['negative widths', { ...facts, policy: { ...shape, widths: [4, -1] } }, 'layers'],
    ['widths that are text', { ...facts, policy: { ...shape, widths: ['4', '4'] } }, 'layers'],
    ['no layers', { ...facts, policy: { ...shape } }, 'layers'],
    [
      'fewer numbers than its layers have',
      { ...facts, policy: { ...shape, widths: [4, 2] } },
      'expected',
    ],
    [
      'an unknown activation',
      { ...facts, policy: { ...shape, widths: [1, 1], activation: 'eval' } },
      'activation',
    ],
    ['a task that is no text', { ...facts, task: { toString: 1 } }, 'task'],
    ['a seed that is no number', { ...facts, seed: '1; drop' }, 'seed'],
    ['settings that are a list', { ...facts, settings: [] }, 'settings'],
    ['a reward that is no text', { ...facts, reward: 5 }, 'reward'],
    ['a result without a return', { ...facts, result: {} }, 'result'],
    ['a header that is no object', 'text', 'task'],
  ])('with %s is refused', (_what, header, word) => {
    const read = () => unpackAgent(forged(header));
    expect(read).toThrow(WebsimError);
    expect(read).toThrow(word);
  });

  it('that claims gigabytes, or unpacks to more than it says, makes none', () => {
    expect(() => unpackAgent(forged(facts, { length: 2 ** 32 - 1 }))).toThrow(
      'expected at most 8388608',
    );
    expect(() => unpackAgent(forged(facts, { length: 100, rest: 7_000_000 }))).toThrow(WebsimError);
  });

  it('of another version is told so', () => {
    const packed = packAgent(trained());
    packed[0] = 2;
    expect(() => readFragment(`#${toText(packed)}`)).toThrow('version 2, expected 1');
  });
});
