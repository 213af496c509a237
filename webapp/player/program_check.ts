// Checks a compiled task before the physics kernel gets it, which trusts it: a program may come with a link, and one whose
// numbers lead out of its tables, the model's arrays or its row would read and write anywhere in MuJoCo's memory.
//
// The layout is that of wasm_build/kernels/program.h, and of a row that of row.h.

import { WebsimError } from '../../workers/errors';
import type { ModelInfo } from '../../workers/physics/model_info';

/** What the kernel makes of a program: widths of its arrays, and physics steps of a control step. */
export interface ProgramShape {
  obsDim: number;
  signalDim: number;
  actionDim: number;
  rowSize: number;
  frameSkip: number;
}

const VERSION = 2;
const HEADER_BYTES = 128;
const SLICE = ['source', 'start', 'count', 'mode', 'minus', 'frame', 'memory', 'reduce'] as const;
/** Tables in their order: the bytes of an entry, and the names of the 32-bit words that it begins with. */
const TABLES = {
  obs: [64, SLICE],
  signals: [64, SLICE],
  bounds: [64, SLICE],
  noise: [64, SLICE],
  placements: [104, ['source', 'start', 'count']],
  draws: [40, ['first', 'count', 'distribution', 'per_env', 'choices', 'n_choices']],
  writes: [
    32,
    ['field', 'start', 'count', 'stride', 'operation', 'draw', 'draw_stride', 'nominal'],
  ],
  pushes: [32, ['body', 'every', 'duration']],
  commands: [24, ['every']],
  controls: [32, []],
} as const;
type Table = keyof typeof TABLES;
type Entry<T extends Table> = Record<(typeof TABLES)[T][1][number], number>;

const HEADER = [
  ...(['version', 'frame_skip', 'obs_dim', 'signal_dim', 'action_dim'] as const),
  ...(Object.keys(TABLES) as Table[]),
  ...(['memory_dim', 'draw_dim', 'keeps_action', 'max_delay', 'delay_draw', 'keyframe'] as const),
];
type Header = Record<(typeof HEADER)[number], number>;

const ID_DIM = 7;
/** Numbers of a row, of its observation and of its signals: a task of this site has fewer than a thousandth. */
const MAX_WIDTH = 1_000_000;
const MAX_FRAME_SKIP = 1_000_000;
/** qpos, qvel, act, mocap_pos, mocap_quat. */
const SETTABLE = [0, 1, 2, 24, 25];
const SIGNAL_RATE = 1;
const DRAW_CHOICE = 3;

/**
 * The shape of a task's programs, one for each of its models. Throws a WebsimError unless the kernel can run each without
 * leaving what it may touch, and rows can go from one to another: it takes the first one's layout for all.
 */
export function checkedPrograms(
  programs: readonly Uint8Array[],
  models: readonly ModelInfo[],
): ProgramShape {
  need(programs.length === models.length && models.length > 0, 'its worlds have not one each');
  const layouts = models.map(({ nq, nv, nu, state_size }, i) => {
    const { obs_dim, signal_dim, memory_dim, draw_dim, keeps_action, max_delay, commands } =
      readHeader(programs[i]!);
    const row = [memory_dim, draw_dim, keeps_action, max_delay, commands];
    return [nq, nv, nu, state_size, obs_dim, signal_dim, ...row].join();
  });
  need(new Set(layouts).size === 1, "its worlds' rows are not alike");
  const shapes = models.map((model, i) => new Checker(programs[i]!, model).check());
  return shapes[0]!;
}

class Checker {
  readonly #view: DataView;
  readonly #header: Header;
  readonly #starts = {} as Record<Table, number>;
  /** Numbers in the table of doubles at the end. */
  readonly #doubles: number;
  /** Numbers of each source of the kernel's enum. */
  readonly #sources: number[];

  constructor(
    program: Uint8Array,
    readonly model: ModelInfo,
  ) {
    this.#view = new DataView(program.buffer, program.byteOffset, program.byteLength);
    this.#header = readHeader(program);
    let at = HEADER_BYTES;
    for (const table of Object.keys(TABLES) as Table[]) {
      const count = this.#header[table];
      need(count >= 0, `its number of ${table} is ${count}`);
      this.#starts[table] = at;
      at += count * TABLES[table][0];
    }
    this.#doubles = (program.length - at) / 8;
    need(this.#doubles >= 0 && Number.isInteger(this.#doubles), 'it has not the length it says');
    const { nq, nv, nu, na, nbody, nsite, ngeom, nsensordata, ntendon, nmocap } = model;
    const { commands, keeps_action } = this.#header;
    this.#sources = [
      ...[nq, nv, na, nu, nv, nv, nv],
      ...[3, 4, 9, 3, 3, 10, 6, 6].map((width) => width * nbody),
      ...[3 * nsite, 9 * nsite, 3 * ngeom, nsensordata, ntendon, ntendon, nu, nu, nu],
      ...[3 * nmocap, 4 * nmocap, 1, commands, keeps_action * nu, 1],
    ];
  }

  check(): ProgramShape {
    const { frame_skip, obs_dim, signal_dim, controls, action_dim } = this.#header;
    const rowSize = this.#row();
    need(within(frame_skip, 1, MAX_FRAME_SKIP + 1), `its frame_skip is ${frame_skip}`);
    need(this.#observed() === obs_dim && obs_dim <= MAX_WIDTH, `its obs_dim is ${obs_dim}`);
    need(this.#signalled() === signal_dim && signal_dim <= MAX_WIDTH, 'its signal_dim is another');
    this.#each('bounds', (entry) => this.#slice(entry));
    this.#each('noise', (entry) => this.#settable(entry));
    this.#each('placements', (entry) => {
      this.#settable(entry);
      need(entry.count <= 3, `it places ${entry.count} numbers`);
    });
    this.#draws();
    this.#writes();
    this.#each('pushes', ({ body, every, duration }) => {
      need(within(body, 0, this.model.nbody), 'it pushes a body that is not there');
      need(within(duration, 1, every + 1), 'a push lasts longer than its period');
    });
    this.#each('commands', ({ every }) => need(every >= 0, `a command's period is ${every}`));
    need(controls === 0 || controls === action_dim, `it has ${controls} controls`);
    return {
      ...{ obsDim: obs_dim, signalDim: signal_dim, actionDim: action_dim },
      ...{ rowSize, frameSkip: frame_skip },
    };
  }

  /** Size of a row, after the header's own numbers are found to be possible. */
  #row(): number {
    const { version, action_dim, memory_dim, draw_dim, keeps_action, max_delay } = this.#header;
    const { delay_draw, keyframe, commands } = this.#header;
    const { nu, state_size, key_ctrl } = this.model;
    need(version === VERSION, `its version is ${version}, expected ${VERSION}`);
    need(action_dim === nu, `it has ${action_dim} actions, the model ${nu}`);
    need(within(keeps_action, 0, 2), `its keeps_action is ${keeps_action}`);
    const widths = { memory_dim, draw_dim, max_delay };
    for (const [name, width] of Object.entries(widths)) need(width >= 0, `its ${name} is ${width}`);
    need(within(delay_draw, -1, draw_dim), `its delay_draw is ${delay_draw}`);
    need(within(keyframe, -1, key_ctrl.length), `its keyframe is ${keyframe}`);
    const own = memory_dim + commands + 2 * draw_dim + (keeps_action + max_delay) * nu;
    need(own <= MAX_WIDTH, `its rows have ${own} numbers`);
    return state_size + ID_DIM + own;
  }

  #observed(): number {
    let width = 0;
    this.#each('obs', (entry) => {
      this.#related(entry);
      width += entry.count;
    });
    return width;
  }

  #signalled(): number {
    let width = 0;
    this.#each('signals', (entry) => {
      this.#related(entry);
      const { count, mode, memory, reduce } = entry;
      const last = this.#header.memory_dim - count;
      need(mode !== SIGNAL_RATE || within(memory, 0, last + 1), 'a rate has no memory');
      width += reduce === 0 ? count : 1;
    });
    return width;
  }

  #draws(): void {
    const { draw_dim } = this.#header;
    this.#each('draws', ({ first, count, distribution, choices, n_choices }) => {
      need(count >= 0 && within(first, 0, draw_dim - count + 1), 'it draws beyond the row');
      if (distribution !== DRAW_CHOICE) return;
      const there = within(choices, 0, this.#doubles - n_choices + 1);
      need(n_choices >= 1 && there, 'it chooses beyond its table');
    });
  }

  #writes(): void {
    const { nbody, ngeom, nv, nu } = this.model;
    const fields = [0, nbody, 3 * nbody, 3 * ngeom, nv, nv, 10 * nu, 10 * nu, 3];
    this.#each('writes', ({ field, start, count, stride, draw, draw_stride, nominal }) => {
      const spans = [
        { first: start, step: stride, size: fields[field] ?? 0 },
        { first: draw, step: draw_stride, size: this.#header.draw_dim },
      ];
      need(count >= 1, `it writes ${count} numbers`);
      for (const { first, step, size } of spans) {
        const last = first + (count - 1) * step;
        need(within(first, 0, size) && within(last, 0, size), 'it writes beyond the model');
      }
      need(within(nominal, -1, this.#doubles - count + 1), 'it writes beyond its table');
    });
  }

  /** A slice of a source that is there; how many numbers the source has. */
  #slice({ source, start, count }: Entry<'placements'>): number {
    const size = this.#sources[source] ?? 0;
    const there = count >= 1 && within(start, 0, size - count + 1);
    need(there, `it reads ${count} numbers of source ${source} from ${start} on`);
    return size;
  }

  /** The same of state that a reset may set. */
  #settable(entry: Entry<'placements'>): void {
    this.#slice(entry);
    need(SETTABLE.includes(entry.source), `it sets source ${entry.source}`);
  }

  /** The same with what is subtracted, and the body in whose frame it is. */
  #related(entry: Entry<'obs'>): void {
    const size = this.#slice(entry);
    const { count, minus, frame } = entry;
    need(within(minus, -1, size - count + 1), 'it subtracts what is not there');
    need(within(frame, -1, this.model.nbody), "it turns into no body's frame");
    need(frame < 0 || count === 3, `it turns ${count} numbers`);
  }

  #each<T extends Table>(table: T, check: (entry: Entry<T>) => void): void {
    const [nbytes, words] = TABLES[table];
    for (let i = 0; i < this.#header[table]; i++) {
      const at = this.#starts[table] + i * nbytes;
      check(readWords(this.#view, at, words) as Entry<T>);
    }
  }
}

function readHeader(program: Uint8Array): Header {
  need(program.length >= HEADER_BYTES, `it has ${program.length} bytes`);
  return readWords(new DataView(program.buffer, program.byteOffset), 0, HEADER);
}

function readWords<T extends string>(
  view: DataView,
  at: number,
  names: readonly T[],
): Record<T, number> {
  const words = names.map((name, i) => [name, view.getInt32(at + 4 * i, true)]);
  return Object.fromEntries(words) as Record<T, number>;
}

/** Whether low <= value < end. */
function within(value: number, low: number, end: number): boolean {
  return low <= value && value < end;
}

function need(holds: boolean, fault: string): void {
  if (holds) return;
  throw new WebsimError(
    `The task's program cannot be run: ${fault}; ask for the agent again, shared by a current WebSim`,
  );
}
