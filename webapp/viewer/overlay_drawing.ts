// What is drawn over a robot to understand it: contacts and their forces, joint axes, the centre of mass.

import { Group, Mesh, MeshBasicMaterial, RingGeometry, SphereGeometry } from 'three';
import { type Overlay, readOverlay } from '../../workers/physics/overlay';
import type { SceneDescription } from '../../workers/ranks/protocol';
import { Arrows } from './arrows';
import { type Bounds, isVisible } from './bounds';
import { metresPerNewton } from './force_length';
import type { OverlayKinds, ViewTheme } from './viewer_protocol';

/** Most arrows of a kind. */
const CONTACTS = 64;
const JOINTS = 256;
/** In radii of the robot. */
const SIZE = { force: 0.014, point: 0.03, axis: 0.012, axisLength: 0.24, centre: 0.05 };
/** Above the floor, in radii, so that it does not flicker. */
const LIFT = 0.002;

export class OverlayDrawing {
  readonly group = new Group();
  readonly #forces: Arrows;
  readonly #axes: Arrows;
  readonly #points: Mesh<SphereGeometry, MeshBasicMaterial>[];
  readonly #pointColour = seenThrough();
  readonly #centreColour = seenThrough();
  readonly #centre: Mesh;
  readonly #ring: Mesh;
  /** From the centre of mass down to the floor. */
  readonly #plumb: Arrows;
  readonly #radius: number;
  readonly #floor: number;

  constructor(scene: SceneDescription, { radius, bottom }: Bounds) {
    this.#radius = radius;
    const plane = scene.geoms.findIndex((geom) => geom.type === 'plane' && isVisible(geom));
    this.#floor = plane < 0 ? bottom : scene.poses[12 * plane + 2]!;
    this.#forces = new Arrows(CONTACTS, SIZE.force * radius);
    this.#axes = new Arrows(JOINTS, SIZE.axis * radius);
    this.#plumb = new Arrows(1, 0.4 * SIZE.axis * radius);
    const point = new SphereGeometry(SIZE.point * radius, 12, 8);
    this.#points = Array.from({ length: CONTACTS }, () => new Mesh(point, this.#pointColour));
    this.#centre = new Mesh(new SphereGeometry(SIZE.centre * radius, 20, 12), this.#centreColour);
    const ring = new RingGeometry(0.6 * SIZE.centre * radius, 1.1 * SIZE.centre * radius, 32);
    this.#ring = new Mesh(ring, this.#centreColour);
    this.group.add(this.#forces.group, this.#axes.group, this.#plumb.group);
    this.group.add(...this.#points, this.#centre, this.#ring);
    this.group.traverse((object) => {
      object.renderOrder = 10;
    });
    this.apply(null, NONE);
  }

  setTheme({ overlays }: ViewTheme): void {
    this.#forces.colour = overlays.force;
    this.#pointColour.color.set(overlays.contact);
    this.#axes.colour = overlays.joint;
    this.#plumb.colour = overlays.centreOfMass;
    this.#centreColour.color.set(overlays.centreOfMass);
  }

  /** `numbers`: as workers/physics/overlay.ts reads them, or null. Returns how many contacts are drawn. */
  apply(numbers: Float32Array | null, shown: OverlayKinds): number {
    const overlay = numbers && readOverlay(numbers);
    for (const arrows of [this.#forces, this.#axes, this.#plumb]) arrows.clear();
    this.#centre.visible = this.#ring.visible = overlay !== null && shown.centreOfMass;
    for (const point of this.#points) point.visible = false;
    if (!overlay) return 0;
    if (shown.joints) this.#drawAxes(overlay);
    if (shown.centreOfMass) this.#drawCentre(overlay);
    return this.#drawContacts(overlay, shown);
  }

  dispose(): void {
    for (const arrows of [this.#forces, this.#axes, this.#plumb]) arrows.dispose();
    for (const mesh of [...this.#points, this.#centre, this.#ring]) mesh.geometry.dispose();
    this.#pointColour.dispose();
    this.#centreColour.dispose();
  }

  #drawContacts({ contacts, mass }: Overlay, shown: OverlayKinds): number {
    if (!shown.contacts && !shown.forces) return 0;
    const count = contacts.length / 6;
    for (let i = 0; i < count; i++) {
      const place = contacts.subarray(6 * i, 6 * i + 3);
      const force = contacts.subarray(6 * i + 3, 6 * i + 6);
      if (shown.contacts) {
        this.#points[i]!.visible = true;
        this.#points[i]!.position.fromArray(place);
      }
      const scale = metresPerNewton(Math.hypot(...force), mass, this.#radius);
      if (shown.forces)
        this.#forces.add(
          place,
          force.map((x) => scale * x),
        );
    }
    return count;
  }

  #drawAxes({ joints }: Overlay): void {
    const length = SIZE.axisLength * this.#radius;
    for (let at = 0; at < joints.length; at += 6) {
      const axis = joints.subarray(at + 3, at + 6).map((x) => length * x);
      // The joint is in the arrow's middle.
      const from = joints.subarray(at, at + 3).map((x, i) => x - 0.5 * axis[i]!);
      this.#axes.add(from, axis);
    }
  }

  #drawCentre({ centreOfMass }: Overlay): void {
    const [x, y, z] = centreOfMass as unknown as [number, number, number];
    const floor = this.#floor + LIFT * this.#radius;
    this.#centre.position.set(x, y, z);
    this.#ring.position.set(x, y, floor);
    this.#plumb.add(centreOfMass, [0, 0, floor - z]);
  }
}

const NONE: OverlayKinds = { contacts: false, forces: false, joints: false, centreOfMass: false };

/** Seen through what is before it. */
function seenThrough(): MeshBasicMaterial {
  return new MeshBasicMaterial({ depthTest: false, transparent: true });
}
