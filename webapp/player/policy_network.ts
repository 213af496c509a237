// What a policy does, deterministically, as `Policy.controls` of Python (py_src/websim/policy.py).

import type { Activation, PolicyData } from './policy_data';
import { pairs } from './policy_data';

const FUNCTIONS: Record<Activation, (x: number) => number> = {
  tanh: Math.tanh,
  relu: (x) => Math.max(0, x),
  silu: (x) => x / (1 + Math.exp(-x)),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
};

export class PolicyNetwork {
  readonly #policy: PolicyData;
  readonly #choices: readonly number[][] | null;
  /** Of each layer, the input first. */
  readonly #values: Float32Array[];
  readonly #offset: Float32Array;
  readonly #scale: Float32Array;

  /** `choices`: actions of a discrete task [K, A]. */
  constructor(policy: PolicyData, choices: readonly number[][] | null) {
    this.#policy = policy;
    this.#choices = choices;
    this.#values = policy.widths.map((width) => new Float32Array(width));
    const limited = policy.low.map(
      (low, i) => Number.isFinite(low) && Number.isFinite(policy.high[i]),
    );
    const side = (sign: number) =>
      Float32Array.from(policy.low, (low, i) => (policy.high[i]! + sign * low) / 2);
    this.#offset = side(1).map((value, i) => (limited[i] ? value : 0));
    this.#scale = side(-1).map((value, i) => (limited[i] ? value : 1));
  }

  /** Controls [A] for observations [O]. */
  controls(observations: Float32Array, out: Float32Array): void {
    const { mean, inverseStd, clip, low, high, squash } = this.#policy;
    const input = this.#values[0]!;
    for (let i = 0; i < input.length; i++) {
      const value = Math.fround(observations[i]! - mean[i]!) * inverseStd[i]!;
      input[i] = Math.min(clip, Math.max(-clip, value));
    }
    const outputs = this.#forward();
    if (this.#choices) {
      out.set(this.#choices[largest(outputs)]!);
      return;
    }
    for (let i = 0; i < out.length; i++) {
      const action = squash ? Math.tanh(outputs[i]!) : outputs[i]!;
      const control = this.#offset[i]! + this.#scale[i]! * action;
      out[i] = Math.min(high[i]!, Math.max(low[i]!, control));
    }
  }

  #forward(): Float32Array {
    const { widths, layers, activation } = this.#policy;
    const activate = FUNCTIONS[activation];
    pairs(widths).forEach(([inputs, outputs], number) => {
      const { weights, bias } = layers[number]!;
      const [x, y] = [this.#values[number]!, this.#values[number + 1]!];
      y.set(bias);
      for (let i = 0; i < inputs; i++) {
        const value = x[i]!;
        const row = i * outputs;
        for (let o = 0; o < outputs; o++) y[o]! += value * weights[row + o]!;
      }
      if (number < layers.length - 1) for (let o = 0; o < outputs; o++) y[o] = activate(y[o]!);
    });
    return this.#values.at(-1)!;
  }
}

function largest(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}
