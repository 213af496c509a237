// What Python knows of a model, read from MuJoCo's.

import type { MjModel } from '@mujoco/mujoco';

/** Facts of a model that Python needs to compile a task; `engine/model.py` has the same fields. */
export interface ModelInfo {
  nq: number;
  nv: number;
  nu: number;
  na: number;
  nbody: number;
  ngeom: number;
  nsite: number;
  ntendon: number;
  nsensordata: number;
  nmocap: number;
  state_size: number;
  timestep: number;
  names: Record<string, string[]>;
  jnt_type: number[];
  jnt_qposadr: number[];
  jnt_dofadr: number[];
  jnt_rootid: number[];
  sensor_adr: number[];
  sensor_dim: number[];
  body_mocapid: number[];
  actuator_joint: number[];
  ctrlrange: number[][];
  ctrllimited: boolean[];
  qpos0: number[];
  key_ctrl: number[][];
  nominal: Record<string, number[]>;
}

/** mjModel's arrays of addresses of names, by kind of object. */
const NAME_ADDRESSES: Record<string, (model: MjModel) => ArrayLike<number>> = {
  body: (model) => model.name_bodyadr,
  joint: (model) => model.name_jntadr,
  geom: (model) => model.name_geomadr,
  site: (model) => model.name_siteadr,
  sensor: (model) => model.name_sensoradr,
  tendon: (model) => model.name_tendonadr,
  actuator: (model) => model.name_actuatoradr,
  key: (model) => model.name_keyadr,
};

/** mjTRN_JOINT is 0, mjTRN_JOINTINPARENT 1. */
const JOINT_IN_PARENT = 1;

/** `stateSize`: doubles of MuJoCo's state in a row. */
export function modelInfo(model: MjModel, stateSize: number): ModelInfo {
  const { nq, nv, nu, na, nbody, ngeom, nsite, ntendon, nsensordata, nmocap, nkey } = model;
  const range = numbers(model.actuator_ctrlrange);
  const keyControls = numbers(model.key_ctrl);
  const roots = numbers(model.body_rootid);
  const transmissions = numbers(model.actuator_trnid);
  const names = Uint8Array.from(model.names as ArrayLike<number>);
  return {
    ...{ nq, nv, nu, na, nbody, ngeom, nsite, ntendon, nsensordata, nmocap },
    state_size: stateSize,
    timestep: model.opt.timestep,
    names: Object.fromEntries(
      Object.entries(NAME_ADDRESSES).map(([kind, addresses]) => [
        kind,
        numbers(addresses(model)).map((address) => nameAt(names, address)),
      ]),
    ),
    jnt_type: numbers(model.jnt_type),
    jnt_qposadr: numbers(model.jnt_qposadr),
    jnt_dofadr: numbers(model.jnt_dofadr),
    jnt_rootid: numbers(model.jnt_bodyid).map((body) => roots[body] as number),
    sensor_adr: numbers(model.sensor_adr),
    sensor_dim: numbers(model.sensor_dim),
    body_mocapid: numbers(model.body_mocapid),
    actuator_joint: numbers(model.actuator_trntype).map((type, i) =>
      type <= JOINT_IN_PARENT ? (transmissions[2 * i] as number) : -1,
    ),
    ctrlrange: Array.from({ length: nu }, (_, i) => range.slice(2 * i, 2 * i + 2)),
    ctrllimited: Array.from({ length: nu }, (_, i) => isControlLimited(model, i)),
    qpos0: numbers(model.qpos0),
    key_ctrl: Array.from({ length: nkey }, (_, i) => keyControls.slice(nu * i, nu * (i + 1))),
    nominal: {
      body_mass: numbers(model.body_mass),
      body_inertia: numbers(model.body_inertia),
      geom_friction: numbers(model.geom_friction),
      dof_damping: numbers(model.dof_damping),
      dof_armature: numbers(model.dof_armature),
      actuator_gainprm: numbers(model.actuator_gainprm),
      actuator_biasprm: numbers(model.actuator_biasprm),
      gravity: numbers(model.opt.gravity),
    },
  };
}

function numbers(values: ArrayLike<number>): number[] {
  return Array.from(values, Number);
}

function nameAt(names: Uint8Array, address: number): string {
  return new TextDecoder().decode(names.subarray(address, names.indexOf(0, address)));
}

/** The bindings have no type for `model.actuator_ctrllimited` as an array; an actuator's own works. */
function isControlLimited(model: MjModel, actuator: number): boolean {
  const accessor = model.actuator(actuator);
  try {
    return Boolean(accessor.ctrllimited);
  } finally {
    accessor.delete();
  }
}
