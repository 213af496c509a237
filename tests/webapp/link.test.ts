import { readFileSync } from 'node:fs';
import { deflateSync, zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { toBase64 } from '../../webapp/base64';
import { readPolicyFile } from '../../webapp/player/policy_file';
import { PolicyNetwork } from '../../webapp/player/policy_network';
import type { TaskFile } from '../../webapp/player/task_file';
import { agentFragment, readFragment, toText } from '../../webapp/share/link';
import { packAgent, type SharedAgent, unpackAgent } from '../../webapp/share/packed_agent';
import { describeTask } from '../../webapp/share/packed_task';
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

const XML = `<mujoco model="two rods">
  <asset><mesh name="m" file="m.obj"/></asset>
  <worldbody><body><joint/><geom type="mesh" mesh="m"/><body><geom size="1"/></body></body></worldbody>
</mujoco>`;

/** An agent of a model of its own, with a file. */
function withTask(changes: Partial<TaskFile> = {}): SharedAgent {
  const { policy, ...facts } = trained();
  const task: TaskFile = {
    name: 'OwnModel',
    xmls: [XML],
    programs: [Uint8Array.from({ length: 256 }, (_, i) => i)],
    assets: {},
    files: { 'm.obj': new TextEncoder().encode('v 0 0 0\n'.repeat(50)) },
    per_episode: false,
    max_episode_steps: 1000,
    keyframe: 'home',
    choices: null,
    observations: [[0, 1, 2]],
    actions: [[0]],
    ...changes,
  };
  const files = { 'm.obj': toBase64(zlibSync(new TextEncoder().encode('v 0 0 0\n'.repeat(50)))) };
  return {
    ...{ ...facts, policy, task: 'OwnModel' },
    options: { model: { xml: XML, files }, frame_skip: 3 },
    brought: describeTask(task),
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

  it.each([
    ['of a task of the site', trained()],
    ['of a task that it brings', withTask()],
  ])('%s is refused with a sentence when it is changed anywhere: 500 ways', (_what, agent) => {
    const fragment = agentFragment(agent)!;
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

describe('a link with a task', () => {
  it('brings all of it, and the model once', () => {
    const agent = withTask();
    const { policy: _, ...facts } = agent;
    const packed = packAgent(agent);
    const { policy: __, ...copied } = unpackAgent(packed);
    expect(copied).toEqual(facts);
    expect(copied.brought).toMatchObject({ bodies: 2, bytes: XML.length + 256 + 400 });
    const twice = packAgent({
      ...agent,
      options: { ...agent.options, again: agent.options.model },
    });
    expect(packed.length).toBeLessThan(twice.length - 100);
  });

  it('brings a world that is not the model as it was given beside it', () => {
    const agent = withTask({ xmls: [XML.replace('<geom', '<geom mass="3"')] });
    const { policy: _, ...copied } = unpackAgent(packAgent(agent));
    expect(copied.options).toEqual(agent.options);
    expect(copied.brought).toEqual(agent.brought);
  });

  it('brings worlds, robots of the site and choices', () => {
    const agent = withTask({
      xmls: [XML, XML.replace('mesh="m"/>', 'mesh="m" mass="3"/>')],
      programs: [Uint8Array.of(1), Uint8Array.of(2, 3)],
      assets: { 'menagerie/panda.xml': ['panda.zip', 'panda.xml'] },
      per_episode: true,
      choices: [[0.5], [-1]],
    });
    const { policy: _, ...copied } = unpackAgent(packAgent(agent));
    const { policy: __, ...facts } = agent;
    expect(copied).toEqual(facts);
  });

  it('is of the version that old links have not, so that they open as before', () => {
    expect(packAgent(trained())[0]).toBe(1);
    expect(packAgent(withTask())[0]).toBe(2);
    const { brought } = unpackAgent(packAgent(trained()));
    expect(brought).toBeUndefined();
  });

  it('that is too large is refused where it would be made', () => {
    const next = random(3);
    const noise = Uint8Array.from({ length: 9_000_000 }, () => 256 * next());
    expect(() => packAgent(withTask({ files: { 'm.obj': noise } }))).toThrow(
      /too large to be shared: expected at most 8388608 bytes, got 90.+; use coarser meshes/,
    );
  });

  const zeros = (count: number) => Array<number>(count).fill(0);
  const good = withTask();
  const header = (changes: object) => {
    const { policy, brought: _, ...facts } = good;
    const { widths, activation, squash } = policy;
    const bounds = { low: policy.low, high: policy.high, clip: policy.clip };
    const brought = {
      ...{ xmls: [XML.length], programs: [8], files: [], assets: {}, is_option: false },
      ...{ per_episode: false, max_episode_steps: 10, keyframe: '', choices: null },
      ...{ observations: [[0]], actions: [[0]] },
      ...changes,
    };
    return { ...facts, policy: { widths, activation, squash, ...bounds }, brought };
  };
  const numbers = good.policy.widths.slice(1).reduce((sum, count, i) => {
    const inputs = good.policy.widths[i]!;
    return sum + 2 * (count + 1) + 2 * count + inputs * count;
  }, 8 * good.policy.widths[0]!);
  const parts = (xml: string) => [...new Uint8Array(numbers), ...new TextEncoder().encode(xml)];
  const read = (changes: object, xml = XML) =>
    unpackAgent(forged(header(changes), { version: 2, tail: [...parts(xml), ...zeros(8)] }));

  it('that somebody made by hand is read when it is right', () => {
    expect(read({}).brought!.task).toMatchObject({ xmls: [XML], programs: [new Uint8Array(8)] });
  });

  it.each<[string, object]>([
    ['no worlds', { xmls: [], programs: [], files: [['a', XML.length + 8]] }],
    ['65 worlds', { xmls: [XML.length, ...zeros(64)], programs: [8, ...zeros(64)] }],
    ['fewer programs than worlds', { programs: [], files: [['a', 8]] }],
    ['a part of negative length', { xmls: [XML.length + 1], programs: [7], files: [['a', -1]] }],
    ['a part of half a byte', { xmls: [XML.length - 0.5], programs: [8.5] }],
    ['parts beyond the end', { programs: [9] }],
    ['bytes that belong to nothing', { programs: [7] }],
    ['files that are no pairs', { files: [['a']] }],
    ['a file without a name', { files: [[5, 0]] }],
    ['2001 files', { files: Array(2001).fill(['a', 0]) }],
    ['an archive of another name', { assets: { a: ['../secret.json', 'a'] } }],
    ['an archive that all objects have', { assets: { a: ['constructor', 'a'] } }],
    ['assets that are a list', { assets: [] }],
    ['a model that is two worlds', { xmls: [XML.length, 0], programs: [8, 0], is_option: true }],
    ['episodes without an end', { max_episode_steps: 0 }],
    ['episodes of half a step', { max_episode_steps: 0.5 }],
    ['a keyframe that is no text', { keyframe: 1 }],
    ['columns that are no numbers', { observations: [['0']] }],
    ['columns before the first', { actions: [[-1]] }],
    ['no columns', { observations: [[]] }],
    ['no agents', { actions: [] }],
    [
      'choices of another width',
      {
        choices: [
          [0, 0],
          [0, 0],
        ],
      },
    ],
    ['choices that are no numbers', { choices: [[null], [0]] }],
    ['one choice', { choices: [[0]] }],
    ['per_episode that is text', { per_episode: 'no' }],
  ])('with %s is refused', (_what, changes) => {
    expect(() => read(changes)).toThrow(WebsimError);
    expect(() => read(changes)).toThrow(/^The task that the agent brings cannot be read: .+; .+/);
  });

  it('with a model that asks for too much, or is no text, is refused', () => {
    const greedy = '<mujoco><size memory="1T"/></mujoco>'.padEnd(XML.length);
    expect(() => read({}, greedy)).toThrow('asks for more memory');
    const tail = [...new Uint8Array(numbers), ...Array(XML.length + 8).fill(0xff)];
    const broken = () => unpackAgent(forged(header({}), { version: 2, tail }));
    expect(broken).toThrow('not UTF-8');
  });

  it('without one is refused', () => {
    const { brought: _, ...without } = header({});
    const read = (brought: object) =>
      unpackAgent(forged({ ...without, ...brought }, { version: 2, tail: parts('') }));
    for (const brought of [{}, { brought: null }, { brought: [] }, { brought: 'x' }]) {
      expect(() => read(brought)).toThrow('its description cannot be');
    }
  });
});

/** A link whose checksum is right, as somebody could make it who means harm. */
function forged(
  header: unknown,
  { length = null as number | null, rest = 0, version = 1, tail = [] as number[] } = {},
): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 4 + text.length + ((4 - (text.length % 4)) % 4);
  const content = new Uint8Array(start + tail.length + rest);
  content.set(tail, start);
  new DataView(content.buffer).setUint32(0, text.length, true);
  content.set(text, 4);
  const compressed = deflateSync(content);
  const packed = new Uint8Array(9 + compressed.length);
  packed.set(compressed, 9);
  const view = new DataView(packed.buffer);
  view.setUint8(0, version);
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
    packed[0] = 3;
    expect(() => readFragment(`#${toText(packed)}`)).toThrow('version 3, expected 2');
  });
});
