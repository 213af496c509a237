// Where the robots of a crowd stand: each in a cell of its own.

import type { Bounds } from './bounds';

/** Columns a row: screens are wider than high. */
const WIDER = 1.6;
/** Edge of a cell in robot radii. */
const EDGE = 2.1;
/** How far a robot may go from the middle of its cell, in robot radii; one that goes farther is held there. */
const ROOM = 0.35;

export interface CrowdGrid {
  columns: number;
  rows: number;
  /** Edge of a cell, and how far a robot may go from its middle, metres. */
  spacing: number;
  room: number;
  /** Half the longer edge of the grid, metres. */
  radius: number;
}

export function crowdGrid(envs: number, bounds: Bounds): CrowdGrid {
  const columns = Math.max(1, Math.ceil(Math.sqrt(envs * WIDER)));
  const rows = Math.max(1, Math.ceil(envs / columns));
  const spacing = EDGE * bounds.radius;
  const radius = 0.5 * spacing * Math.max(columns, rows);
  return { columns, rows, spacing, room: ROOM * bounds.radius, radius };
}

/** Middle of an environment's cell; environment 0 is at the back on the left. */
export function cellOf(env: number, { columns, rows, spacing }: CrowdGrid): [number, number] {
  const [column, row] = [env % columns, Math.floor(env / columns)];
  return [(column - Math.floor(columns / 2)) * spacing, (Math.floor(rows / 2) - row) * spacing];
}
