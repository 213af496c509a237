// How long a run has still to go, from how it went lately.

import type { Metrics } from '../../workers/schema';

/** Seconds of the past that are looked at: more than the time between two evaluations, which take their share. */
const WINDOW_S = 30;

/** Seconds to `total` steps; null before the first iteration. */
export function secondsLeft(history: readonly Metrics[], total: number): number | null {
  let seconds = 0;
  let steps = 0;
  for (let i = history.length - 1; i >= 0 && seconds < WINDOW_S; i--) {
    const { global_step, 'charts/SPS': speed, 'time/evaluation': evaluation } = history[i]!;
    const done = global_step - (history[i - 1]?.global_step ?? 0);
    // A pause is no part of an iteration's speed.
    seconds += done / speed + evaluation;
    steps += done;
  }
  if (!(steps > 0 && seconds > 0)) return null;
  return (Math.max(0, total - history.at(-1)!.global_step) * seconds) / steps;
}
