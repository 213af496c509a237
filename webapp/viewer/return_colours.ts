// The colours of returns, from the lowest to the highest of a crowd: perceptually even (viridis, without its darkest end).

export const RETURN_COLOURS = ['#46327e', '#2c728e', '#27ad81', '#a0da39', '#fde725'] as const;
/** Of a robot whose return is not known. */
export const UNKNOWN_RETURN = '#8a93a8';

/** What a crowd's colours mean; null while no return is known. */
export interface ReturnRange {
  low: number;
  high: number;
}

/** Shares of a crowd that are off the scale at either end, so that one odd robot does not make the others alike. */
const CUT = 0.05;

/** Into `levels`: where each return is in the range, 0..1; -1 where it is NaN. */
export function rankReturns(returns: Float32Array, levels: Float32Array): ReturnRange | null {
  const known = returns.filter((x) => !Number.isNaN(x)).sort();
  if (known.length === 0) {
    levels.fill(-1);
    return null;
  }
  const cut = Math.floor(CUT * known.length);
  const [low, high] = [known[cut]!, known[known.length - 1 - cut]!];
  const scale = high > low ? 1 / (high - low) : 0;
  for (let i = 0; i < returns.length; i++) {
    const x = returns[i]!;
    levels[i] = Number.isNaN(x) ? -1 : Math.min(1, Math.max(0, (x - low) * scale));
  }
  return { low, high };
}
