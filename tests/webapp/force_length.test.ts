import { expect, it } from 'vitest';
import { metresPerNewton, STIFFNESS, springForce } from '../../webapp/viewer/force_length';

const [MASS, RADIUS] = [10, 0.5];
const WEIGHT = 10 * 9.81;

it('draws the weight as long on every robot, and half of it half as long', () => {
  const length = (newtons: number) => newtons * metresPerNewton(newtons, MASS, RADIUS);
  expect(length(WEIGHT)).toBeCloseTo(0.8 * RADIUS);
  expect(length(WEIGHT / 2)).toBeCloseTo(0.4 * RADIUS);
  const giant = 1000 * WEIGHT * metresPerNewton(1000 * WEIGHT, 1000 * MASS, 10 * RADIUS);
  expect(giant).toBeCloseTo(8 * RADIUS);
});

it('caps long arrows, and draws none of nothing', () => {
  expect(1e6 * metresPerNewton(1e6, MASS, RADIUS)).toBeCloseTo(1.6 * RADIUS);
  expect(metresPerNewton(0, MASS, RADIUS)).toBe(0);
  expect(metresPerNewton(5, 0, RADIUS)).toBe(0);
});

it('pulls towards the hand as a spring, harder on what is heavier', () => {
  expect(springForce([1, 2, 3], [1.1, 2, 2.8], 2)).toEqual([
    expect.closeTo(0.1 * STIFFNESS * 2),
    0,
    expect.closeTo(-0.2 * STIFFNESS * 2),
  ]);
  expect(springForce([1, 2, 3], [1, 2, 3], 2)).toEqual([0, 0, 0]);
});

it('accelerates nothing by more than 100 m/s²', () => {
  const [x, y, z] = springForce([0, 0, 0], [30, 0, 40], 3);
  expect(Math.hypot(x, y, z)).toBeCloseTo(300);
  expect(z / x).toBeCloseTo(4 / 3);
});
