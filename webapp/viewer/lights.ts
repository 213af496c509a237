// A key light with a shadow that travels with the robot, soft light from the sky, and a rim from behind.

import { DirectionalLight, Group, HemisphereLight, type Vector3 } from 'three';

export class Lights {
  readonly group = new Group();
  readonly #key = new DirectionalLight(0xfff4e6, 2.3);
  readonly #rim = new DirectionalLight(0x9db8ff, 1.1);
  #reach = 1;

  /** `shadowPixels`: edge of the shadow's picture. */
  constructor(shadowPixels: number) {
    const sky = new HemisphereLight(0xdfe8ff, 0x5b5348, 1.35);
    sky.position.set(0, 0, 1);
    this.#key.castShadow = true;
    this.#key.shadow.mapSize.set(shadowPixels, shadowPixels);
    this.#key.shadow.radius = 3;
    this.group.add(sky, this.#key, this.#key.target, this.#rim, this.#rim.target);
  }

  /** Fits the shadow's box to a robot of this radius in metres. */
  fit(radius: number): void {
    this.#reach = radius;
    const { camera } = this.#key.shadow;
    const half = 2.4 * radius;
    Object.assign(camera, {
      left: -half,
      right: half,
      top: half,
      bottom: -half,
      near: radius,
      far: 9 * radius,
    });
    camera.updateProjectionMatrix();
    this.#key.shadow.normalBias = 0.01 * radius;
    this.#key.shadow.bias = -0.0005;
  }

  set shadows(cast: boolean) {
    this.#key.castShadow = cast;
  }

  follow(point: Vector3): void {
    const r = this.#reach;
    this.#key.target.position.copy(point);
    this.#key.position.set(point.x - 1.6 * r, point.y - 2.4 * r, point.z + 4 * r);
    this.#rim.target.position.copy(point);
    this.#rim.position.set(point.x + 2 * r, point.y + 4 * r, point.z + 1.5 * r);
  }
}
