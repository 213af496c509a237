import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkedPrograms } from '../../webapp/player/program_check';
import { readTaskFile, type TaskFile } from '../../webapp/player/task_file';
import { WebsimError } from '../../workers/errors';
import { type ModelInfo, modelInfo } from '../../workers/physics/model_info';
import { openMujoco } from '../workers/mujoco_runtime';

const RUNTIME = new URL('../../build/public/runtime/', import.meta.url);

interface Loaded {
  task: TaskFile;
  infos: ModelInfo[];
}

/** Tasks of the site that need no robot's files, and the models that MuJoCo makes of them. */
const tasks: Loaded[] = [];

beforeAll(async () => {
  const { assets } = JSON.parse(readFileSync(new URL('assets.json', RUNTIME), 'utf8'));
  const names = Object.keys(assets);
  const read = (name: string) => readFileSync(new URL(assets[name].file, RUNTIME));
  const mujoco = await openMujoco();
  for (const name of names.filter((name) => name.startsWith('task-'))) {
    const task = readTaskFile(read(name).toString());
    // Robots of Menagerie take seconds; tests/pyodide/test_player.py plays them.
    if (Object.keys(task.assets).length > 0) continue;
    const infos = task.xmls.map((xml) => {
      const model = mujoco.loadModel(xml);
      const info = modelInfo(
        model,
        mujoco.call((k) => k.ws_state_size(mujoco.address(model))),
      );
      model.delete();
      return info;
    });
    tasks.push({ task, infos });
  }
}, 60_000);

/** Words of an entry, and how many bytes it has, in the order of wasm_build/kernels/program.h. */
const SLICE = ['source', 'start', 'count', 'mode', 'minus', 'frame', 'memory', 'reduce'];
const TABLES: [name: string, nbytes: number, words: string[]][] = [
  ['obs', 64, SLICE],
  ['signals', 64, SLICE],
  ['bounds', 64, SLICE],
  ['noise', 64, SLICE],
  ['placements', 104, ['source', 'start', 'count', 'reserved']],
  ['draws', 40, ['first', 'count', 'distribution', 'per_env', 'choices', 'n_choices']],
  [
    'writes',
    32,
    ['field', 'start', 'count', 'stride', 'operation', 'draw', 'draw_stride', 'nominal'],
  ],
  ['pushes', 32, ['body', 'every', 'duration', 'reserved']],
  ['commands', 24, ['every', 'reserved']],
  ['controls', 32, []],
];
const HEADER = [
  ...['version', 'frame_skip', 'obs_dim', 'signal_dim', 'action_dim'],
  ...TABLES.map(([name]) => `n_${name}`),
  ...['memory_dim', 'draw_dim', 'keeps_action', 'max_delay', 'delay_draw', 'keyframe'],
];

/** Name and address of each 32-bit word that the kernel reads as a number of something. */
function wordsOf(program: Uint8Array): [name: string, at: number][] {
  const view = new DataView(program.buffer, program.byteOffset);
  const words = HEADER.map((name, i): [string, number] => [name, 4 * i]);
  let at = 128;
  TABLES.forEach(([table, nbytes, names], i) => {
    for (let left = view.getInt32(4 * (5 + i), true); left > 0; left--, at += nbytes) {
      words.push(...names.map((name, j): [string, number] => [`${table}.${name}`, at + 4 * j]));
    }
  });
  return words;
}

function changed(program: Uint8Array, at: number, value: number): Uint8Array {
  const copy = program.slice();
  new DataView(copy.buffer).setInt32(at, value, true);
  return copy;
}

/** Which words may be what: by what the kernel compares and never counts or follows. */
function isHarmless(name: string, value: number): boolean {
  const field = name.split('.')[1] ?? '';
  if (['mode', 'reserved', 'per_env', 'operation', 'distribution'].includes(field)) return true;
  // Read of some tables only.
  if (/^(bounds|noise)\.(minus|frame|memory|reduce)$/.test(name)) return true;
  if (/^obs\.(memory|reduce)$/.test(name)) return true;
  return field === 'every' && value > 0;
}

const EVIL = [-(2 ** 31), -1000, -2, 1_000_001, 2 ** 30, 2 ** 31 - 1];

describe('a program', () => {
  it('of each task of the site is run', () => {
    expect(tasks.length).toBeGreaterThanOrEqual(13);
    for (const { task, infos } of tasks) {
      const shape = checkedPrograms(task.programs, infos);
      const columns = task.observations.flat();
      expect(shape.obsDim, task.name).toBeGreaterThan(Math.max(...columns));
      expect(shape.actionDim, task.name).toBe(infos[0]!.nu);
    }
  });

  it('with any word changed to one that leads out of what is there is refused', () => {
    const accepted = new Set<string>();
    let tried = 0;
    for (const { task, infos } of tasks) {
      const [program] = task.programs as [Uint8Array];
      for (const [name, at] of wordsOf(program)) {
        for (const value of EVIL) {
          if (isHarmless(name, value)) continue;
          tried++;
          try {
            checkedPrograms([changed(program, at, value)], infos.slice(0, 1));
            accepted.add(`${name} = ${value}`);
          } catch (error) {
            expect(error).toBeInstanceOf(WebsimError);
            expect((error as Error).message).toMatch(/^The task's program cannot be run: .+; .+/);
          }
        }
      }
    }
    expect(tried).toBeGreaterThan(5000);
    // A value's memory is read of rates only, and one number reduced is one number.
    const free = [...accepted].filter((name) => !/^signals\.(memory|reduce) /.test(name));
    expect(free).toEqual([]);
  });

  it('of any length but its own is refused', () => {
    const { task, infos } = tasks[0]!;
    const [program] = task.programs as [Uint8Array];
    for (const length of [0, 4, 127, 128, program.length - 8, program.length - 1]) {
      expect(() => checkedPrograms([program.slice(0, length)], infos)).toThrow(WebsimError);
    }
    const longer = new Uint8Array(program.length + 4);
    longer.set(program);
    expect(() => checkedPrograms([longer], infos)).toThrow('length');
  });

  it('of another model, or of worlds that are not alike, is refused', () => {
    const [one, other] = [find('Ant-v5'), find('Hopper-v5')];
    expect(() => checkedPrograms(one.task.programs, other.infos)).toThrow(WebsimError);
    const both = [...one.task.programs, ...other.task.programs];
    expect(() => checkedPrograms(both, [...one.infos, ...other.infos])).toThrow('alike');
    expect(() => checkedPrograms(one.task.programs, [])).toThrow(WebsimError);
    expect(() => checkedPrograms(both, one.infos)).toThrow('one each');
  });
});

function find(name: string): Loaded {
  return tasks.find(({ task }) => task.name === name)!;
}

/** A program of one task, whose tables are as given: words of each entry. */
function written(header: Record<string, number>, tables: Record<string, number[][]>, doubles = 0) {
  const nbytes = TABLES.map(([name, size]) => size * (tables[name]?.length ?? 0));
  const program = new Uint8Array(nbytes.reduce((a, b) => a + b, 128) + 8 * doubles);
  const view = new DataView(program.buffer);
  const counts = TABLES.map(([name]) => [`n_${name}`, tables[name]?.length ?? 0]);
  const values = { version: 2, frame_skip: 1, delay_draw: -1, keyframe: -1, ...header };
  const all: Record<string, number> = { ...values, ...Object.fromEntries(counts) };
  HEADER.forEach((name, i) => {
    view.setInt32(4 * i, all[name] ?? 0, true);
  });
  let at = 128;
  for (const [name, size] of TABLES) {
    for (const words of tables[name] ?? []) {
      words.forEach((word, i) => {
        view.setInt32(at + 4 * i, word, true);
      });
      at += size;
    }
  }
  return program;
}

describe('of a task with everything', () => {
  const MODEL = {
    ...{ nq: 5, nv: 2, nu: 1, na: 0, nbody: 3, ngeom: 3, nsite: 0, ntendon: 0, nsensordata: 0 },
    ...{ nmocap: 0, state_size: 10, key_ctrl: [[0]] },
  } as unknown as ModelInfo;
  const header = { obs_dim: 3, signal_dim: 2, action_dim: 1, memory_dim: 2, draw_dim: 2 };
  const more = { keeps_action: 1, max_delay: 3, delay_draw: 1, keyframe: 0 };
  const tables: Record<string, number[][]> = {
    obs: [
      [0, 0, 2, 0, -1, -1],
      [28, 0, 1, 0, -1, -1],
    ],
    // A rate, which the memory remembers.
    signals: [[0, 0, 2, 1, -1, -1, 0, 0]],
    bounds: [[0, 1, 1]],
    noise: [[1, 0, 2]],
    placements: [[0, 0, 2]],
    // One of two choices, and a number for the delay.
    draws: [
      [0, 1, 3, 0, 1, 2],
      [1, 1, 0, 0, 0, 0],
    ],
    writes: [[1, 1, 2, 1, 0, 0, 0, 1]],
    pushes: [[2, 10, 5]],
    commands: [[0]],
    controls: [[]],
  };
  const check = (
    changes: Partial<typeof tables> = {},
    headers: Record<string, number> = {},
    doubles = 3,
  ) =>
    checkedPrograms(
      [
        written(
          { ...header, ...more, ...headers },
          { ...tables, ...changes } as Record<string, number[][]>,
          doubles,
        ),
      ],
      [MODEL],
    );

  it('the shape is that of the kernel', () => {
    // State 10, identity 7, memory 2, command 1, draws and pinned 2 each, action 1 and 3 delayed.
    expect(check()).toEqual({
      ...{ obsDim: 3, signalDim: 2, actionDim: 1, rowSize: 28, frameSkip: 1 },
    });
  });

  it.each<[string, Partial<typeof tables>, Record<string, number>?, number?]>([
    ["the last action without a row's place for it", {}, { keeps_action: 0 }],
    ['a rate beyond the memory', { signals: [[0, 0, 2, 1, -1, -1, 1, 0]] }],
    ['a rate before the memory', { signals: [[0, 0, 2, 1, -1, -1, -1, 0]] }],
    ['a frame that turns four numbers', { obs: [[7, 0, 4, 0, -1, 1]] }, { obs_dim: 4 }],
    ['a frame of no body', { obs: [[7, 0, 3, 0, -1, 3]] }],
    ['what is subtracted beyond the source', { obs: [[0, 0, 2, 0, 4, -1], tables.obs![1]!] }],
    ['a source that is none', { bounds: [[30, 0, 1]] }],
    ['a source that the model has nothing of', { bounds: [[15, 0, 1]] }],
    ['noise on what is no state', { noise: [[29, 0, 1]] }],
    ['a place for what is no state', { placements: [[3, 0, 1]] }],
    ['a place of four numbers', { placements: [[0, 0, 4]] }],
    ['a choice beyond the table', { draws: [[0, 1, 3, 0, 2, 2], tables.draws![1]!] }],
    ['a choice before the table', { draws: [[0, 1, 3, 0, -1, 2], tables.draws![1]!] }],
    ['a choice among nothing', { draws: [[0, 1, 3, 0, 0, 0], tables.draws![1]!] }],
    ['a draw beyond the row', { draws: [[1, 2, 0, 0, 0, 0]] }],
    ['a field that is none', { writes: [[9, 0, 1, 1, 0, 0, 0, -1]] }],
    ['a write of no numbers', { writes: [[1, 1, 0, 1, 0, 0, 0, 1]] }],
    ['a field beyond its end', { writes: [[1, 2, 2, 1, 0, 0, 0, 1]] }],
    ['a stride that leads before the field', { writes: [[1, 1, 3, -1, 0, 0, 0, 0]] }],
    ['a draw that leads beyond the row', { writes: [[1, 0, 3, 1, 0, 0, 1, 0]] }],
    ['a nominal beyond the table', { writes: [[1, 1, 2, 1, 0, 0, 0, 2]] }],
    ['a push on no body', { pushes: [[3, 10, 5]] }],
    ['a push without a period', { pushes: [[2, 0, 0]] }],
    ['a push longer than its period', { pushes: [[2, 5, 6]] }],
    ["a command's period below 0", { commands: [[-1]] }],
    ['fewer controls than actions', { controls: [[], []] }],
    ['a delay that no draw decides', {}, { delay_draw: 2 }],
    ['a keyframe that is not there', {}, { keyframe: 1 }],
    ['rows that fill the memory', {}, { max_delay: 2_000_000 }],
    ['another size of actions', {}, { action_dim: 2 }],
    ['a frame_skip of 0', {}, { frame_skip: 0 }],
    ['fewer numbers in its table', {}, {}, 2],
  ])('%s is refused', (_what, changes, headers = {}, doubles = 3) => {
    expect(() => check(changes, headers, doubles)).toThrow(WebsimError);
  });
});
