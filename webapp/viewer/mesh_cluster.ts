// A coarse stand-in for a mesh, for robots that are a few pixels tall: vertices that are near to each other become one
// (vertex clustering; Rossignac and Borrel, Multi-resolution 3D approximations for rendering complex scenes, 1993).

import type { SceneMesh } from '../../workers/ranks/protocol';

/** `cells`: into how many the longest edge of the mesh's box is divided. */
export function clusterMesh({ vertices, faces }: SceneMesh, cells: number): SceneMesh {
  const [low, size] = box(vertices);
  const edge = Math.max(...size) / cells || 1;
  const clusterOf = new Map<string, number>();
  const clusters: { sum: [number, number, number]; count: number }[] = [];
  const places = new Uint32Array(vertices.length / 3);
  for (let vertex = 0; vertex < places.length; vertex++) {
    const at = [0, 1, 2].map((axis) => vertices[3 * vertex + axis]!);
    const key = at.map((x, axis) => Math.floor((x - low[axis]!) / edge)).join();
    let place = clusterOf.get(key);
    if (place === undefined) {
      place = clusters.length;
      clusterOf.set(key, place);
      clusters.push({ sum: [0, 0, 0], count: 0 });
    }
    const cluster = clusters[place]!;
    for (const axis of [0, 1, 2] as const) cluster.sum[axis] += at[axis]!;
    cluster.count++;
    places[vertex] = place;
  }
  const kept: number[] = [];
  for (let face = 0; face < faces.length; face += 3) {
    const [a, b, c] = [0, 1, 2].map((corner) => places[faces[face + corner]!]!) as [
      number,
      number,
      number,
    ];
    if (a !== b && b !== c && c !== a) kept.push(a, b, c);
  }
  const means = clusters.flatMap(({ sum, count }) => sum.map((x) => x / count));
  return { vertices: Float32Array.from(means), faces: Uint32Array.from(kept) };
}

/** Lowest corner and edges. */
function box(vertices: Float32Array): [number[], number[]] {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  vertices.forEach((x, i) => {
    low[i % 3] = Math.min(low[i % 3]!, x);
    high[i % 3] = Math.max(high[i % 3]!, x);
  });
  return [low, high.map((x, axis) => x - low[axis]!)];
}
