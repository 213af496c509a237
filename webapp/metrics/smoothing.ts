// Curves without their noise: an exponential moving average, corrected for its start as Adam's moments are.

export const SMOOTHINGS = { none: 0, some: 0.8, strong: 0.95 } as const;
export type Smoothing = keyof typeof SMOOTHINGS;

/** The average after each row; rows without a value have none, and leave it as it is. `weight`: of the past, 0 to 1. */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let sum = 0;
  let total = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}
