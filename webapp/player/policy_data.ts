// A policy without Python: what acts, checked before anything is made of it.

import { WebsimError } from '../../workers/errors';

/** Of hidden layers; `websim/network.py` has the same. */
export const ACTIVATIONS = ['tanh', 'relu', 'silu', 'elu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

export interface Layer {
  /** [inputs, outputs], row-major. */
  weights: Float32Array;
  bias: Float32Array;
}

/** An actor, its normaliser of observations, and how its outputs become controls. */
export interface PolicyData {
  /** Observations, hidden layers, outputs. */
  widths: number[];
  activation: Activation;
  /** Actions are tanh of the first half of the outputs, as SAC's. */
  squash: boolean;
  /** Bounds of the controls; those of a motor without limits are infinite. */
  low: number[];
  high: number[];
  mean: Float32Array;
  inverseStd: Float32Array;
  /** Normalised observations are clipped to +-clip. */
  clip: number;
  layers: Layer[];
}

const MAX_LAYERS = 9;
const MAX_WIDTH = 4096;
const MAX_PARAMETERS = 4_000_000;

/** Numbers of the actor, after its shape is found to be one that may be allocated. */
export function parametersOf(widths: unknown): number {
  if (
    !Array.isArray(widths) ||
    widths.length < 2 ||
    widths.length > MAX_LAYERS + 1 ||
    !widths.every((width) => Number.isInteger(width) && width >= 1 && width <= MAX_WIDTH)
  ) {
    throw new WebsimError(
      `The policy's layers are not of a size that can be: expected 2 to ${MAX_LAYERS + 1} widths from 1 to ${MAX_WIDTH}, ` +
        `got ${JSON.stringify(widths)?.slice(0, 80)}; ask for the agent again`,
    );
  }
  const count = pairs(widths).reduce((sum, [inputs, outputs]) => sum + (inputs + 1) * outputs, 0);
  if (count > MAX_PARAMETERS) {
    throw new WebsimError(
      `The policy is too large for the player: expected at most ${MAX_PARAMETERS} parameters, got ${count}; ` +
        'use a smaller network',
    );
  }
  return count;
}

/** (inputs, outputs) of each layer. */
export function pairs(widths: readonly number[]): [number, number][] {
  return widths.slice(1).map((outputs, i) => [widths[i] as number, outputs]);
}

/** A header's fields, which came from elsewhere, as a policy without its numbers. */
export function checkedShape(
  header: Record<string, unknown>,
): Omit<PolicyData, 'mean' | 'inverseStd' | 'layers'> {
  const { widths, activation, squash, low, high, clip } = header;
  parametersOf(widths);
  if (!ACTIVATIONS.includes(activation as Activation)) throw wrong('activation', activation);
  if (typeof squash !== 'boolean') throw wrong('squash', squash);
  const bounds = [low, high].map((side) => {
    if (!Array.isArray(side) || side.length > MAX_WIDTH) throw wrong('bounds', side);
    return side.map(readNumber);
  }) as [number[], number[]];
  if (bounds[0].length !== bounds[1].length) throw wrong('bounds', high);
  const limit = readNumber(clip);
  if (!(limit > 0)) throw wrong('clip', clip);
  return {
    widths: widths as number[],
    activation: activation as Activation,
    squash,
    low: bounds[0],
    high: bounds[1],
    clip: limit,
  };
}

/** Infinite numbers are text in JSON, as Python writes them. */
export function readNumber(value: unknown): number {
  if (value === 'inf') return Infinity;
  if (value === '-inf') return -Infinity;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong('number', value);
  return value;
}

export function writeNumber(value: number): number | string {
  return Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf';
}

export function allFinite(numbers: Float32Array): boolean {
  return numbers.every(Number.isFinite);
}

function wrong(what: string, got: unknown): WebsimError {
  const text = JSON.stringify(got)?.slice(0, 80);
  return new WebsimError(`The policy's ${what} cannot be ${text}; ask for the agent again`);
}
