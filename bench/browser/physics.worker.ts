// A rank without Python: MuJoCo, the physics kernel and the engine's JS half, stepped as fast as they go.

import { Mujoco } from '../../workers/physics/mujoco';
import { PhysicsEngine } from '../../workers/physics/physics_engine';
import { answerOrders } from './answering';
import type { Job, PhysicsOrder } from './orders';

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
    const { numEnvs, obsDim, signalDim, rowSize, program, qpos, qvel, actions, controlSteps } = job;
    this.engine = new PhysicsEngine(mujoco, memory.view, null, [job.xml], {}, numEnvs);
    this.actionsAt = memory.add(new Float32Array(actions).buffer);
    this.actionBytes = (actions.length / controlSteps) * F32;
    this.obsAt = memory.add(new ArrayBuffer(numEnvs * obsDim * F32));
    this.signalsAt = memory.add(new ArrayBuffer(numEnvs * signalDim * F64));
    this.flagsAt = memory.add(new ArrayBuffer(numEnvs));
    this.startAt = memory.add(new ArrayBuffer(numEnvs * rowSize * F64));
    const programAt = memory.add(new Uint8Array(program).buffer);
    const qposAt = memory.add(new Float64Array(qpos).buffer);
    const qvelAt = memory.add(new Float64Array(qvel).buffer);
    this.engine.setPrograms([[programAt, program.length]], obsDim, signalDim, rowSize, false);
    this.engine.setState(qposAt, qvelAt, this.obsAt, this.signalsAt, 0, numEnvs);
    this.engine.getRows(this.startAt, 0, numEnvs);
  }

  /** Observations [B, O] after the first control step. */
  firstObservations(): number[] {
    this.restart();
    this.step(0);
    const { numEnvs, obsDim } = this.job;
    const { buffer } = this.memory.view().slice(this.obsAt);
    return Array.from(new Float32Array(buffer, 0, numEnvs * obsDim));
  }

  /** From the start states through all actions, `passes` times. */
  run(passes: number): void {
    for (let pass = 0; pass < passes; pass++) {
      this.restart();
      for (let t = 0; t < this.job.controlSteps; t++) this.step(t);
    }
  }

  close(): void {
    this.engine.close();
  }

  private restart(): void {
    this.engine.setRows(this.startAt, 0, this.job.numEnvs);
  }

  private step(t: number): void {
    const actionsAt = this.actionsAt + t * this.actionBytes;
    this.engine.step(actionsAt, this.obsAt, this.signalsAt, this.flagsAt);
  }
}

let mujoco: Mujoco | null = null;
let stepper: Stepper | null = null;

async function carryOut(order: PhysicsOrder): Promise<number[] | null> {
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
      stepper.run(order.passes);
      return null;
    default:
      throw new Error(`unknown order ${JSON.stringify(order satisfies never)}`);
  }
}

answerOrders(carryOut);
