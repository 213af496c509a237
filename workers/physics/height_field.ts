// A height field as a mesh: its surface, and walls down from its rim so that hills have an end.

import type { MjModel } from '@mujoco/mujoco';
import type { SceneMesh } from '../ranks/protocol';

/** Points drawn along a side: a field may have thousands, which no view shows. */
const MAX_POINTS = 256;

/** `field`: its number in the model. In its geom's frame, metres. */
export function heightFieldMesh(model: MjModel, field: number): SceneMesh {
  const rows = Number(model.hfield_nrow[field]);
  const columns = Number(model.hfield_ncol[field]);
  const [radiusX = 0, radiusY = 0, top = 0, base = 0] = Array.from(
    model.hfield_size.subarray(4 * field, 4 * field + 4),
    Number,
  );
  const first = Number(model.hfield_adr[field]);
  const data: Float32Array = model.hfield_data.subarray(first, first + rows * columns);
  const drawnRows = drawn(rows);
  const drawnColumns = drawn(columns);

  const vertices: number[] = [];
  for (const row of drawnRows) {
    for (const column of drawnColumns) {
      vertices.push(
        along(column, columns, radiusX),
        along(row, rows, radiusY),
        top * (data[row * columns + column] ?? 0),
      );
    }
  }
  const faces: number[] = [];
  const width = drawnColumns.length;
  for (let row = 0; row + 1 < drawnRows.length; row++) {
    for (let column = 0; column + 1 < width; column++) {
      const corner = row * width + column;
      faces.push(corner, corner + 1, corner + width);
      faces.push(corner + 1, corner + width + 1, corner + width);
    }
  }
  addWalls(vertices, faces, rim(drawnRows.length, width), -base);
  return { vertices: Float32Array.from(vertices), faces: Uint32Array.from(faces) };
}

/** Rows (or columns) that are drawn: the first, the last, and evenly between them. */
function drawn(count: number): number[] {
  const points = Math.min(count, MAX_POINTS);
  return Array.from({ length: points }, (_, i) => Math.round((i * (count - 1)) / (points - 1)));
}

function along(index: number, count: number, radius: number): number {
  return radius * ((2 * index) / (count - 1) - 1);
}

/** The surface's outer points, counterclockwise as seen from above. */
function rim(rows: number, width: number): number[] {
  const at = (row: number, column: number) => row * width + column;
  const points: number[] = [];
  for (let column = 0; column < width; column++) points.push(at(0, column));
  for (let row = 1; row < rows; row++) points.push(at(row, width - 1));
  for (let column = width - 2; column >= 0; column--) points.push(at(rows - 1, column));
  for (let row = rows - 2; row > 0; row--) points.push(at(row, 0));
  return points;
}

function addWalls(vertices: number[], faces: number[], points: number[], bottom: number): void {
  const firstFoot = vertices.length / 3;
  for (const point of points) {
    vertices.push(vertices[3 * point] as number, vertices[3 * point + 1] as number, bottom);
  }
  points.forEach((point, i) => {
    const next = (i + 1) % points.length;
    faces.push(point, firstFoot + i, points[next] as number);
    faces.push(points[next] as number, firstFoot + i, firstFoot + next);
  });
}
