// Plays a policy on a task: B environments, one episode after the other, as `websim.evaluate` steps them.

import { WebsimError } from '../../workers/errors';
import type { Mujoco } from '../../workers/physics/mujoco';
import { PhysicsEngine } from '../../workers/physics/physics_engine';
import type { FrameWriter } from '../../workers/ranks/frames';
import type { PolicyData } from './policy_data';
import { PolicyNetwork } from './policy_network';
import { checkedPrograms, type ProgramShape } from './program_check';
import type { TaskFile } from './task_file';

const TERMINATED = 1;

/** Arrays that the engine reads and writes, by their addresses in one block. */
class Arena {
  #nbytes = 0;
  #buffer = new ArrayBuffer(0);
  readonly memory = () => new Uint8Array(this.#buffer);

  reserve(nbytes: number): number {
    const at = this.#nbytes;
    this.#nbytes += 8 * Math.ceil(nbytes / 8);
    return at;
  }

  allocate(): ArrayBuffer {
    this.#buffer = new ArrayBuffer(this.#nbytes);
    return this.#buffer;
  }
}

export class Episodes {
  /** Of the step that was made last: [B, A], [B, S], [B]. */
  readonly actions: Float32Array;
  readonly signals: Float64Array;
  readonly flags: Uint8Array;
  /** Now, [B, O]. */
  readonly observations: Float32Array;
  /** Which episodes the last step ended, [B]. */
  readonly ended: Uint8Array;
  /** Seconds of a control step. */
  readonly period: number;

  readonly #task: TaskFile;
  readonly #network: PolicyNetwork;
  readonly #engine: PhysicsEngine;
  readonly #obsDim: number;
  readonly #actionDim: number;
  readonly #seed: number;
  readonly #lengths: Uint32Array;
  readonly #mask: Uint8Array;
  readonly #numbers: Uint32Array;
  readonly #at: Record<'actions' | 'obs' | 'signals' | 'flags' | 'mask' | 'episodes', number>;
  readonly #seen: Float32Array;
  readonly #done: Float32Array;

  /** `files`: of the model, by the names that MuJoCo asks for. Throws a WebsimError when the policy is not the task's. */
  constructor(
    mujoco: Mujoco,
    task: TaskFile,
    files: Record<string, Uint8Array>,
    policy: PolicyData,
    { numEnvs = 1, seed = 0, frames = null as FrameWriter | null } = {},
  ) {
    checkFit(task, policy);
    const B = numEnvs;
    const arena = new Arena();
    const link = frames && { frames, crowd: null, hand: null, pulse: () => false };
    this.#engine = new PhysicsEngine(mujoco, arena.memory, link, task.xmls, files, B);
    const { programs } = task;
    const { obsDim, signalDim, actionDim, rowSize, frameSkip } = this.#checked(task);
    this.#obsDim = obsDim;
    this.#actionDim = actionDim;
    const programsAt = programs.map((program) => arena.reserve(program.length));
    this.#at = {
      actions: arena.reserve(4 * B * actionDim),
      obs: arena.reserve(4 * B * obsDim),
      signals: arena.reserve(8 * B * signalDim),
      flags: arena.reserve(B),
      mask: arena.reserve(B),
      episodes: arena.reserve(4 * B),
    };
    const buffer = arena.allocate();
    programs.forEach((program, i) => {
      arena.memory().set(program, programsAt[i]);
    });
    this.actions = new Float32Array(buffer, this.#at.actions, B * actionDim);
    this.observations = new Float32Array(buffer, this.#at.obs, B * obsDim);
    this.signals = new Float64Array(buffer, this.#at.signals, B * signalDim);
    this.flags = new Uint8Array(buffer, this.#at.flags, B);
    this.#mask = new Uint8Array(buffer, this.#at.mask, B);
    this.#numbers = new Uint32Array(buffer, this.#at.episodes, B);
    this.ended = new Uint8Array(B);
    this.#lengths = new Uint32Array(B);
    this.#task = task;
    this.#seed = seed;
    this.#network = new PolicyNetwork(policy, task.choices);
    this.#seen = new Float32Array(task.observations[0]!.length);
    this.#done = new Float32Array(task.actions[0]!.length);
    this.#engine.setPrograms(
      programs.map((program, i) => [programsAt[i]!, program.length] as const),
      obsDim,
      signalDim,
      rowSize,
      task.per_episode,
    );
    this.period = frameSkip * this.#engine.infos[0]!.timestep;
    this.restart();
  }

  /** The shape of the task's programs, on the engine's models. */
  #checked(task: TaskFile): ProgramShape {
    try {
      const shape = checkedPrograms(task.programs, this.#engine.infos);
      checkColumns(task, shape);
      return shape;
    } catch (error) {
      this.#engine.close();
      throw error;
    }
  }

  /** Starts a new episode everywhere. */
  restart(): void {
    this.#mask.fill(1);
    this.#reset();
  }

  /** One control step of all environments; `ended` says whose episodes are over. */
  step(): void {
    const { observations, actions, max_episode_steps } = this.#task;
    for (let env = 0; env < this.ended.length; env++) {
      observations.forEach((columns, agent) => {
        columns.forEach((column, i) => {
          this.#seen[i] = this.observations[env * this.#obsDim + column]!;
        });
        this.#network.controls(this.#seen, this.#done);
        actions[agent]!.forEach((column, i) => {
          this.actions[env * this.#actionDim + column] = this.#done[i]!;
        });
      });
    }
    this.#engine.step(this.#at.actions, this.#at.obs, this.#at.signals, this.#at.flags);
    for (let env = 0; env < this.ended.length; env++) {
      const length = ++this.#lengths[env]!;
      const over = (this.flags[env]! & TERMINATED) !== 0 || length >= max_episode_steps;
      this.ended[env] = over ? 1 : 0;
    }
  }

  /** Starts a new episode where the last step ended one. */
  resetEnded(): void {
    if (!this.ended.includes(1)) return;
    this.#mask.set(this.ended);
    this.#reset();
  }

  /** Writes the frame anew: it began anew, or is to be seen otherwise, since the last step. */
  redraw(): void {
    this.#engine.recordPose();
  }

  close(): void {
    this.#engine.close();
  }

  #reset(): void {
    const { mask, episodes, obs, signals } = this.#at;
    const [low, high] = [this.#seed % 2 ** 32, Math.floor(this.#seed / 2 ** 32)];
    this.#engine.reset(mask, episodes, low, high, 0, obs, signals);
    this.#mask.forEach((chosen, env) => {
      if (!chosen) return;
      this.#numbers[env]!++;
      this.#lengths[env] = 0;
    });
  }
}

function checkFit(task: TaskFile, policy: PolicyData): void {
  const outputs = policy.widths.at(-1)!;
  const controls = task.actions[0]!.length;
  const expected = task.choices?.length ?? (policy.squash ? 2 * controls : controls);
  const seen = task.observations[0]!.length;
  if (policy.widths[0] === seen && outputs === expected && policy.low.length === controls) return;
  throw new WebsimError(
    `The policy is not one of ${task.name}: expected ${seen} observations and ${expected} outputs for ${controls} ` +
      `controls, got ${policy.widths[0]}, ${outputs} and ${policy.low.length}; open it with the task it was trained on`,
  );
}

/** Whether each agent's columns are of the scene, and as many as the first one's. */
function checkColumns(task: TaskFile, { obsDim, actionDim }: ProgramShape): void {
  const sides: [number[][], number][] = [
    [task.observations, obsDim],
    [task.actions, actionDim],
  ];
  const fits = sides.every(([agents, width]) =>
    agents.every(
      (columns) =>
        columns.length === agents[0]!.length && columns.every((column) => column < width),
    ),
  );
  if (fits && task.observations.length === task.actions.length) return;
  throw new WebsimError(
    `${task.name} cannot be played: its agents see and do what the scene has not; ask for the agent again`,
  );
}
