// Draws all robots with one call: each vertex finds its geom's pose in a texture. Light is computed at vertices, because
// robots of a crowd are small and WebGL may run on the processor that trains.

import { Color, type DataTexture, GLSL3, ShaderMaterial, Vector2, Vector3 } from 'three';
import { RETURN_COLOURS, UNKNOWN_RETURN } from './return_colours';

/** Texels of a row of the texture of poses; of a pose. */
export const TEXTURE_WIDTH = 1536;
export const POSE_TEXELS = 3;

// A pose is position (3), then rotation (9, row-major), in three texels. Geoms of other worlds have poses of zeros: their
// triangles have no area.
const VERTEX_SHADER = /* glsl */ `
  precision highp sampler2D;
  uniform sampler2D poses;
  uniform int geoms;
  uniform int tracked;
  uniform int columns;
  uniform int rows;
  uniform bool inCells;
  uniform float spacing;
  uniform float room;
  uniform vec2 middle;
  uniform vec2 rest;
  uniform vec3 ramp[${RETURN_COLOURS.length}];
  uniform vec3 unknown;
  uniform float own;
  in float geom;
  in vec3 tint;
  in float level;
  out vec3 shade;

  vec4 texel(int i) {
    return texelFetch(poses, ivec2(i % ${TEXTURE_WIDTH}, i / ${TEXTURE_WIDTH}), 0);
  }

  vec3 rampColour() {
    if (level < 0.0) return unknown;
    float place = level * ${(RETURN_COLOURS.length - 1).toFixed(1)};
    int below = min(int(place), ${RETURN_COLOURS.length - 2});
    return mix(ramp[below], ramp[below + 1], place - float(below));
  }

  void main() {
    int first = gl_InstanceID * geoms;
    int at = (first + int(geom)) * ${POSE_TEXELS};
    vec4 a = texel(at), b = texel(at + 1), c = texel(at + 2);
    mat3 turn = mat3(a.w, b.z, c.y, b.x, b.w, c.z, b.y, c.x, c.w);
    vec3 place = turn * position + a.xyz;
    if (inCells) {
      vec2 moved = tracked < 0 ? vec2(0.0) : texel((first + tracked) * ${POSE_TEXELS}).xy - rest;
      vec2 cell = vec2(gl_InstanceID % columns - columns / 2, rows / 2 - gl_InstanceID / columns);
      place.xy += cell * spacing - middle + clamp(moved, -room, room) - moved;
    }
    vec3 up = turn * normal;
    float key = max(0.0, dot(up, normalize(vec3(-0.32, -0.5, 0.8))));
    float rim = max(0.0, dot(up, normalize(vec3(0.42, 0.85, 0.3))));
    float sky = 0.5 + 0.5 * up.z;
    vec3 light = vec3(1.0, 0.96, 0.9) * key * 0.62 + vec3(0.62, 0.72, 1.0) * rim * 0.16 + mix(0.24, 0.44, sky);
    shade = mix(rampColour(), tint, own) * light;
    gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
  }
`;

const FRAGMENT_SHADER = /* glsl */ `
  in vec3 shade;
  out vec4 colour;
  void main() {
    colour = sRGBTransferOETF(vec4(shade, 1.0));
  }
`;

/** How much of a geom's own colour shows through that of the return, so that a robot's parts can be told apart. */
const OWN_COLOUR = 0.14;

export function crowdMaterial(poses: DataTexture, geoms: number, tracked: number): ShaderMaterial {
  return new ShaderMaterial({
    glslVersion: GLSL3,
    uniforms: {
      poses: { value: poses },
      geoms: { value: geoms },
      tracked: { value: tracked },
      columns: { value: 1 },
      rows: { value: 1 },
      inCells: { value: true },
      spacing: { value: 1 },
      room: { value: 1 },
      middle: { value: new Vector2() },
      rest: { value: new Vector2() },
      ramp: { value: RETURN_COLOURS.map(linear) },
      unknown: { value: linear(UNKNOWN_RETURN) },
      own: { value: OWN_COLOUR },
    },
    vertexShader: VERTEX_SHADER,
    fragmentShader: FRAGMENT_SHADER,
  });
}

function linear(colour: string): Vector3 {
  const { r, g, b } = new Color(colour);
  return new Vector3(r, g, b);
}
