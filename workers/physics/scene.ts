// What the page needs to draw a model, read from MuJoCo's structures once per task.

import type { MjData, MjModel } from '@mujoco/mujoco';
import type { SceneDescription, SceneGeom, SceneMesh } from '../ranks/protocol';
import { heightFieldMesh } from './height_field';
import type { Mujoco } from './mujoco';
import { isStatic, sceneLayout } from './scene_layout';

const PLANE = 0;
const GEOM_TYPES: Record<number, SceneGeom['type']> = {
  0: 'plane',
  1: 'hfield',
  2: 'sphere',
  3: 'capsule',
  4: 'ellipsoid',
  5: 'cylinder',
  6: 'box',
  7: 'mesh',
  8: 'mesh',
};
/** Groups above this are collision shapes. */
const LAST_VISIBLE_GROUP = 2;
/** A geom with this colour has not been given one: its material's shows. */
const DEFAULT_RGBA = [0.5, 0.5, 0.5, 1];

/** What a view needs of a task's worlds: their models, and the keyframe that episodes start from (empty: none). */
export interface SceneSource {
  models: readonly MjModel[];
  keyframe: string;
  /** Seconds between two control steps. */
  controlPeriod: number;
}

/** The geoms are those of a frame of poses: see `scene_layout.ts`. The first world is the one that is seen before a run. */
export function describeScene(mujoco: Mujoco, source: SceneSource): SceneDescription {
  const { models, keyframe, controlPeriod } = source;
  const [first] = models;
  if (!first) throw new Error('a task has at least one model');
  const { geoms, places } = sceneLayout(models);
  const described: SceneGeom[] = new Array(geoms);
  const meshes: SceneMesh[] = [];
  models.forEach((model, world) => {
    const firstMesh = meshes.length;
    meshes.push(...range(model.nmesh).map((mesh) => describeMesh(model, mesh)));
    meshes.push(...range(model.nhfield).map((field) => heightFieldMesh(model, field)));
    places[world]?.forEach((place, geom) => {
      described[place] ??= describeGeom(model, geom, firstMesh);
    });
  });
  const poses = new Float32Array(12 * geoms);
  const start = startPoses(mujoco, first, keyframe);
  places[0]?.forEach((place, geom) => {
    poses.set(start.subarray(12 * geom, 12 * (geom + 1)), 12 * place);
  });
  const tracked = trackedGeom(first);
  return {
    geoms: described,
    meshes,
    poses,
    trackedGeom: tracked < 0 ? -1 : (places[0]?.[tracked] ?? -1),
    center: triple(first.stat.center),
    extent: first.stat.extent,
    controlPeriod,
    overlayFloats: mujoco.call((k) => k.ws_overlay_size(mujoco.address(first))),
  };
}

/** `firstMesh`: where this model's meshes, and after them its height fields, begin among those of the scene. */
function describeGeom(model: MjModel, geom: number, firstMesh: number): SceneGeom {
  const mujocoType = Number(model.geom_type[geom]);
  const name = nameAt(model, Number(model.name_geomadr[geom]));
  const type = GEOM_TYPES[mujocoType];
  if (!type)
    throw new Error(`geom ${geom} "${name}" is of type ${mujocoType}, which MuJoCo has not`);
  return {
    type,
    size: triple(model.geom_size.subarray(3 * geom, 3 * geom + 3)),
    rgba: geomColour(model, geom),
    mesh: meshOf(model, geom, type, firstMesh),
    group: Number(model.geom_group[geom]),
    name,
    effectiveMass: effectiveMass(model, Number(model.geom_bodyid[geom])),
  };
}

/** MuJoCo's mean over the directions of a force at the body's centre of mass. */
function effectiveMass(model: MjModel, body: number): number {
  const inverse = Number(model.body_invweight0[2 * body]);
  return inverse > 0 ? 1 / inverse : 0;
}

function meshOf(model: MjModel, geom: number, type: SceneGeom['type'], firstMesh: number): number {
  const data = Number(model.geom_dataid[geom]);
  if (type === 'mesh') return firstMesh + data;
  return type === 'hfield' ? firstMesh + model.nmesh + data : -1;
}

/** MuJoCo's rule: the material's colour, unless the geom has one of its own. */
function geomColour(model: MjModel, geom: number): SceneGeom['rgba'] {
  const own: number[] = Array.from(model.geom_rgba.subarray(4 * geom, 4 * geom + 4));
  const material = Number(model.geom_matid[geom]);
  const isDefault = own.every((value, i) => value === DEFAULT_RGBA[i]);
  const rgba: number[] =
    material >= 0 && isDefault
      ? Array.from(model.mat_rgba.subarray(4 * material, 4 * material + 4))
      : own;
  return rgba as SceneGeom['rgba'];
}

function describeMesh(model: MjModel, mesh: number): SceneMesh {
  const vertex = 3 * Number(model.mesh_vertadr[mesh]);
  const face = 3 * Number(model.mesh_faceadr[mesh]);
  return {
    vertices: Float32Array.from(
      model.mesh_vert.subarray(vertex, vertex + 3 * Number(model.mesh_vertnum[mesh])),
    ),
    faces: Uint32Array.from(
      model.mesh_face.subarray(face, face + 3 * Number(model.mesh_facenum[mesh])),
    ),
  };
}

/** Poses [ngeom, 12] of the model at the start of an episode, without its noise. */
function startPoses(mujoco: Mujoco, model: MjModel, keyframe: string): Float32Array {
  const data = mujoco.call(() => new mujoco.bindings.MjData(model));
  try {
    mujoco.call(() => {
      if (keyframe) {
        mujoco.bindings.mj_resetDataKeyframe(model, data, model.key(keyframe).id);
      }
      mujoco.bindings.mj_forward(model, data);
    });
    return geomPoses(model.ngeom, data);
  } finally {
    data.delete();
  }
}

export function geomPoses(ngeom: number, data: MjData): Float32Array {
  const poses = new Float32Array(12 * ngeom);
  const positions = data.geom_xpos as Float64Array;
  const rotations = data.geom_xmat as Float64Array;
  for (const geom of range(ngeom)) {
    poses.set(positions.subarray(3 * geom, 3 * geom + 3), 12 * geom);
    poses.set(rotations.subarray(9 * geom, 9 * geom + 9), 12 * geom + 3);
  }
  return poses;
}

/** A geom of the first body that can move: the root of the robot. Its visible geoms are preferred. */
function trackedGeom(model: MjModel): number {
  const moving = range(model.ngeom).filter(
    (geom) => Number(model.geom_type[geom]) !== PLANE && !isStatic(model, geom),
  );
  const visible = moving.find((geom) => Number(model.geom_group[geom]) <= LAST_VISIBLE_GROUP);
  return visible ?? moving[0] ?? -1;
}

function nameAt(model: MjModel, address: number): string {
  const bytes = Uint8Array.from(model.names as ArrayLike<number>);
  return new TextDecoder().decode(bytes.subarray(address, bytes.indexOf(0, address)));
}

function triple(values: Iterable<number>): [number, number, number] {
  const [x = 0, y = 0, z = 0] = values;
  return [x, y, z];
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
