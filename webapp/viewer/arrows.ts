// Many arrows of one colour, seen through whatever is before them.

import {
  Color,
  ConeGeometry,
  CylinderGeometry,
  Group,
  InstancedMesh,
  Matrix4,
  MeshBasicMaterial,
  Quaternion,
  Vector3,
} from 'three';

/** In shaft radii. */
const HEAD = { radius: 2.6, length: 6.5 };
const CORNERS = 12;
const UP = new Vector3(0, 0, 1);

export class Arrows {
  readonly group = new Group();
  readonly #material = new MeshBasicMaterial({ depthTest: false, transparent: true });
  readonly #shafts: InstancedMesh;
  readonly #heads: InstancedMesh;
  readonly #width: number;
  readonly #most: number;
  readonly #direction = new Vector3();
  readonly #turn = new Quaternion();
  readonly #place = new Vector3();
  readonly #scale = new Vector3();
  readonly #matrix = new Matrix4();

  /** `width`: radius of the shafts, metres. */
  constructor(most: number, width: number) {
    this.#most = most;
    this.#width = width;
    const shaft = new CylinderGeometry(1, 1, 1, CORNERS).rotateX(Math.PI / 2).translate(0, 0, 0.5);
    const head = new ConeGeometry(HEAD.radius, HEAD.length, CORNERS)
      .rotateX(Math.PI / 2)
      .translate(0, 0, -HEAD.length / 2);
    this.#shafts = new InstancedMesh(shaft, this.#material, most);
    this.#heads = new InstancedMesh(head, this.#material, most);
    for (const mesh of [this.#shafts, this.#heads]) {
      mesh.frustumCulled = false;
      // After all that is solid, so that nothing is drawn over it.
      mesh.renderOrder = 10;
      this.group.add(mesh);
    }
    this.clear();
  }

  get count(): number {
    return this.#heads.count;
  }

  set colour(css: string) {
    this.#material.color = new Color(css);
  }

  clear(): void {
    this.#shafts.count = 0;
    this.#heads.count = 0;
  }

  /** An arrow along `vector` (3 numbers, metres) from a point; none where the vector is nothing. */
  add(from: ArrayLike<number>, vector: ArrayLike<number>): void {
    const at = this.count;
    const direction = this.#direction.set(vector[0]!, vector[1]!, vector[2]!);
    const length = direction.length();
    if (at === this.#most || !(length > 0)) return;
    this.#turn.setFromUnitVectors(UP, direction.divideScalar(length));
    // Short arrows are heads alone, smaller ones.
    const head = Math.min(1, length / (HEAD.length * this.#width));
    const shaft = length - head * HEAD.length * this.#width;
    this.#place.set(from[0]!, from[1]!, from[2]!);
    this.#set(this.#shafts, at, this.#width, Math.max(shaft, 1e-9));
    this.#place.addScaledVector(direction, length);
    this.#set(this.#heads, at, head * this.#width, head * this.#width);
  }

  dispose(): void {
    for (const mesh of [this.#shafts, this.#heads]) {
      mesh.geometry.dispose();
      mesh.dispose();
    }
    this.#material.dispose();
  }

  #set(mesh: InstancedMesh, at: number, across: number, along: number): void {
    this.#scale.set(across, across, along);
    mesh.setMatrixAt(at, this.#matrix.compose(this.#place, this.#turn, this.#scale));
    mesh.count = at + 1;
    mesh.instanceMatrix.needsUpdate = true;
  }
}
