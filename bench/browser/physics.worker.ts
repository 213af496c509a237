// A rank without Python: MuJoCo, the physics kernel and the engine's JS half, stepped as fast as they go.

import { Mujoco } from '../../workers/mujoco';
import { PhysicsEngine } from '../../workers/physics_engine';
import type { Answer, Job, Order } from './job';

const F64 = 8;
const F32 = 4;

/** The caller's memory, which in a rank is Pyodide's: blocks one after the other. */
class CallerMemory {
  private bytes = new Uint8Array(0);

  readonly view = (): Uint8Array => this.bytes;

  /** Address of a new block that holds `content`. */
  add(content: ArrayBuffer): number {
    const address = Math.ceil(this.bytes.length / F64) * F64;
    const grown = new Uint8Array(address + content.byteLength);
    grown.set(this.bytes);
    grown.set(new Uint8Array(content), address);
    this.bytes = grown;
    return address;
  }
}

class Stepper {
  private readonly memory = new CallerMemory();
  private readonly engine: PhysicsEngine;
  private readonly actionsAt: number;
  private readonly actionBytes: number;
  private readonly obsAt: number;
  private readonly signalsAt: number;
  private readonly flagsAt: number;
  private readonly startAt: number;

  constructor(
    mujoco: Mujoco,
    private readonly job: Job,
  ) {
    const { memory } = this;
    const { numEnvs, obsDim, signalDim, program, qpos, qvel, actions, controlSteps } = job;
    this.engine = new PhysicsEngine(mujoco, memory.view, null, job.xml, numEnvs);
    this.actionsAt = memory.add(new Float32Array(actions).buffer);
    this.actionBytes = (actions.length / controlSteps) * F32;
    this.obsAt = memory.add(new ArrayBuffer(numEnvs * obsDim * F32));
    this.signalsAt = memory.add(new ArrayBuffer(numEnvs * signalDim * F64));
    this.flagsAt = memory.add(new ArrayBuffer(numEnvs));
    this.startAt = memory.add(new ArrayBuffer(numEnvs * this.engine.info.state_size * F64));
    const programAt = memory.add(new Uint8Array(program).buffer);
    const qposAt = memory.add(new Float64Array(qpos).buffer);
    const qvelAt = memory.add(new Float64Array(qvel).buffer);
    this.engine.setProgram(programAt, program.length, obsDim, signalDim);
    this.engine.setState(qposAt, qvelAt, this.obsAt);
    this.engine.getRows(this.startAt);
  }

  /** Observations [B, O] after the first control step. */
  firstObservations(): number[] {
    this.restart();
    this.step(0);
    const { numEnvs, obsDim } = this.job;
    const { buffer } = this.memory.view().slice(this.obsAt);
    return Array.from(new Float32Array(buffer, 0, numEnvs * obsDim));
  }

  /** Control steps taken in `seconds`, from the start states and again from them after every T. */
  run(seconds: number): number {
    const end = performance.now() + seconds * 1000;
    let taken = 0;
    for (; performance.now() < end; taken++) {
      const t = taken % this.job.controlSteps;
      if (t === 0) this.restart();
      this.step(t);
    }
    return taken;
  }

  close(): void {
    this.engine.close();
  }

  private restart(): void {
    this.engine.setRows(this.startAt);
  }

  private step(t: number): void {
    const actionsAt = this.actionsAt + t * this.actionBytes;
    this.engine.step(actionsAt, this.obsAt, this.signalsAt, this.flagsAt);
  }
}

let mujoco: Mujoco | null = null;
let stepper: Stepper | null = null;

async function carryOut(order: Order): Promise<number[] | number | null> {
  switch (order.type) {
    case 'boot':
      mujoco = await Mujoco.create(
        order.assets['mujoco.mjs'] as string,
        order.assets['mujoco.wasm'] as WebAssembly.Module,
        order.assets['physics.wasm'] as WebAssembly.Module,
      );
      return null;
    case 'open':
      if (!mujoco) throw new Error('boot must come before open');
      stepper?.close();
      stepper = new Stepper(mujoco, order.job);
      return stepper.firstObservations();
    case 'run':
      if (!stepper) throw new Error('open must come before run');
      return stepper.run(order.seconds);
    default:
      throw new Error(`unknown order ${JSON.stringify(order satisfies never)}`);
  }
}

globalThis.addEventListener('message', async ({ data }: MessageEvent<Order>) => {
  const answer: Answer = await carryOut(data).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: String(error) }),
  );
  globalThis.postMessage(answer);
});
