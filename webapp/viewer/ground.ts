// The floor: a checkerboard that follows the robot, fixed to the world's coordinates and fading out with distance.

import {
  Color,
  Group,
  Matrix4,
  Mesh,
  PlaneGeometry,
  ShaderMaterial,
  ShadowMaterial,
  SRGBColorSpace,
  Vector3,
} from 'three';
import type { SceneDescription } from '../../workers/ranks/protocol';
import { type Bounds, isVisible } from './bounds';
import type { ViewTheme } from './viewer_protocol';

const VERTEX_SHADER = /* glsl */ `
  uniform vec2 center;
  varying vec2 world;
  varying vec2 offset;
  void main() {
    offset = position.xy;
    world = position.xy + center;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;

// The checker's edge is one pixel wide and dissolves into the mean colour where tiles become smaller than pixels.
const FRAGMENT_SHADER = /* glsl */ `
  uniform vec3 light;
  uniform vec3 dark;
  uniform vec3 line;
  uniform float tile;
  uniform float radius;
  varying vec2 world;
  varying vec2 offset;
  void main() {
    vec2 p = world / tile;
    vec2 w = max(fwidth(p), 1e-5);
    vec2 wave = clamp((abs(fract(p * 0.5) - 0.5) - 0.25) * 2.0 / w, -1.0, 1.0);
    float detail = 1.0 - smoothstep(0.25, 0.9, max(w.x, w.y));
    float checker = 0.5 + 0.5 * wave.x * wave.y * detail;
    vec2 toLine = abs(fract(p + 0.5) - 0.5) / w;
    float onLine = (1.0 - clamp(min(toLine.x, toLine.y) - 0.1, 0.0, 1.0)) * detail;
    float fade = 1.0 - smoothstep(0.15, 1.0, length(offset) / radius);
    gl_FragColor = vec4(mix(mix(dark, light, checker), line, 0.55 * onLine), fade * fade);
    #include <colorspace_fragment>
  }
`;

export class Ground {
  readonly group = new Group();
  readonly #floor: Mesh<PlaneGeometry, ShaderMaterial>;
  readonly #shadow: Mesh<PlaneGeometry, ShadowMaterial>;
  readonly #toLocal = new Matrix4();
  readonly #planes: number[];
  readonly #tint: Color;
  readonly #local = new Vector3();

  /** Metres: how far the floor is drawn, and the edge of a tile. */
  constructor(
    scene: SceneDescription,
    bounds: Bounds,
    { radius = 16 * bounds.radius, tile = tileSize(bounds.radius) } = {},
  ) {
    this.#planes = scene.geoms.flatMap((geom, i) =>
      geom.type === 'plane' && isVisible(geom) ? [i] : [],
    );
    const [plane] = this.#planes;
    const [r, g, b] = plane === undefined ? [1, 1, 1] : scene.geoms[plane]!.rgba;
    this.#tint = new Color().setRGB(r, g, b, SRGBColorSpace);
    // Hills are ground enough, and a floor that is only drawn would cut through them.
    const hills = scene.geoms.some((geom) => geom.type === 'hfield' && isVisible(geom));
    this.group.visible = !hills;
    this.group.matrixAutoUpdate = false;
    this.group.matrix.copy(studioFloor(bounds));
    this.#toLocal.copy(this.group.matrix).invert();
    this.apply(scene.poses);

    this.#floor = new Mesh(
      new PlaneGeometry(2 * radius, 2 * radius),
      new ShaderMaterial({
        uniforms: {
          center: { value: [0, 0] },
          light: { value: new Color() },
          dark: { value: new Color() },
          line: { value: new Color() },
          tile: { value: tile },
          radius: { value: radius },
        },
        vertexShader: VERTEX_SHADER,
        fragmentShader: FRAGMENT_SHADER,
        transparent: true,
        depthWrite: false,
      }),
    );
    this.#floor.renderOrder = -2;
    // Shadows are the dearest pixels, so only the floor around the robot receives them.
    const patch = bounds.radius * 3.6;
    this.#shadow = new Mesh(
      new PlaneGeometry(patch, patch),
      new ShadowMaterial({ depthWrite: false }),
    );
    this.#shadow.renderOrder = -1;
    this.#shadow.receiveShadow = true;
    this.group.add(this.#floor, this.#shadow);
  }

  /** Takes the plane of the world that the poses are of: other worlds' geoms have poses of zeros. */
  apply(poses: Float32Array): void {
    if (this.#planes.length === 0) return;
    const plane = this.#planes.find((geom) => isPlaced(poses, geom));
    this.group.visible = plane !== undefined;
    if (plane === undefined) return;
    this.group.matrix.copy(planeMatrix(poses, plane));
    this.#toLocal.copy(this.group.matrix).invert();
  }

  follow(point: Vector3): void {
    const { x, y } = this.#local.copy(point).applyMatrix4(this.#toLocal);
    this.#floor.position.set(x, y, 0);
    this.#floor.material.uniforms.center!.value = [x, y];
    this.#shadow.position.set(x, y, 0);
  }

  setTheme(theme: ViewTheme): void {
    const { uniforms } = this.#floor.material;
    uniforms.light!.value = new Color(theme.groundLight).multiply(this.#tint);
    uniforms.dark!.value = new Color(theme.groundDark).multiply(this.#tint);
    uniforms.line!.value = new Color(theme.groundLine).multiply(this.#tint);
    this.#shadow.material.opacity = theme.shadowStrength;
  }

  dispose(): void {
    for (const mesh of [this.#floor, this.#shadow]) {
      mesh.geometry.dispose();
      mesh.material.dispose();
    }
  }
}

function isPlaced(poses: Float32Array, geom: number): boolean {
  return poses.subarray(geom * 12 + 3, geom * 12 + 12).some((x) => x !== 0);
}

/** MuJoCo's floors touch nothing but at z = 0 of their frame and reach as far as physics needs, whatever size is drawn. */
function planeMatrix(poses: Float32Array, plane: number): Matrix4 {
  const p = poses.subarray(plane * 12, plane * 12 + 12);
  // biome-ignore format: a matrix reads best as its rows
  return new Matrix4().set(
    p[3]!, p[4]!, p[5]!, p[0]!,
    p[6]!, p[7]!, p[8]!, p[1]!,
    p[9]!, p[10]!, p[11]!, p[2]!,
    0, 0, 0, 1,
  );
}

/** A model without a floor (a pendulum on its rail) hangs above one that is only drawn, for depth. */
function studioFloor(bounds: Bounds): Matrix4 {
  return new Matrix4().makeTranslation(0, 0, bounds.bottom - 0.35 * bounds.radius);
}

/** About one robot radius, rounded to 1, 2 or 5 times a power of ten so that tiles measure distance: 0.5 m, 1 m, ... */
function tileSize(radius: number): number {
  const power = 10 ** Math.floor(Math.log10(radius));
  const lead = radius / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}
