// What acts on rows from outside while they step: pushes that Python sets, and a hand on the followed robot.

import type { MjModel } from '@mujoco/mujoco';
import type { Mujoco } from './mujoco';
import { bodyPoint, type Pull } from './pull';

/** Numbers of a wrench (wasm_build/kernels/act.h): body, whether at a point, point, force, torque. */
const WRENCH_DIM = 11;
const WRENCH_BYTES = 8 * WRENCH_DIM;

export class Pushes {
  /** Of each row, and of the hand; allocated when the first is set. */
  private wrenchesAt = 0;
  private readonly pushed = new Set<number>();
  /** Row that the hand pulls at, or -1. */
  private held = -1;

  /** `allocate` returns the address of that many bytes, which somebody else frees. */
  constructor(
    private readonly mujoco: Mujoco,
    private readonly rows: number,
    private readonly allocate: (nbytes: number) => number,
  ) {}

  /** `wrench`: bytes of one; null: no longer. */
  set(row: number, wrench: Uint8Array | null): void {
    if (wrench) {
      this.mujoco.heap.set(wrench.subarray(0, WRENCH_BYTES), this.place(row));
      this.pushed.add(row);
    } else this.pushed.delete(row);
  }

  /** The hand pulls at this row, which has that model; `geom`: the model's number of the pulled one. */
  hold(row: number, model: MjModel, geom: number, { point, force }: Pull): void {
    const body = Number(model.geom_bodyid[geom]);
    const wrench = [body, 1, ...bodyPoint(model, geom, point), ...force, 0, 0, 0];
    const at = this.place(this.rows);
    new Float64Array(this.mujoco.heap.buffer, at, WRENCH_DIM).set(wrench);
    this.held = row;
  }

  letGo(): void {
    this.held = -1;
  }

  /** Rows on which something acts, in order. */
  get all(): number[] {
    const rows = this.held < 0 ? this.pushed : new Set([...this.pushed, this.held]);
    return [...rows].sort((a, b) => a - b);
  }

  /** Address of the wrench that acts on a row, the hand's before others; 0: none. */
  on(row: number): number {
    if (row === this.held) return this.place(this.rows);
    return this.pushed.has(row) ? this.place(row) : 0;
  }

  private place(index: number): number {
    this.wrenchesAt ||= this.allocate((this.rows + 1) * WRENCH_BYTES);
    return this.wrenchesAt + index * WRENCH_BYTES;
  }
}
