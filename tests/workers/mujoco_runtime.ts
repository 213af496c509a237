// MuJoCo and the physics kernel as `make build` leaves them, in Node.

import { readFileSync } from 'node:fs';
import { Mujoco } from '../../workers/physics/mujoco';

const repository = new URL('../../', import.meta.url);

function compile(file: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(file, repository)));
}

export function openMujoco(): Promise<Mujoco> {
  const loader = new URL('node_modules/@mujoco/mujoco/mujoco.js', repository);
  return Mujoco.create(loader.href, compile('build/mujoco.wasm'), compile('build/physics.wasm'));
}

/** A cart on a rail with a pole, and one motor. */
export const CART_POLE = `
<mujoco>
  <option timestep="0.01"/>
  <worldbody>
    <geom name="rail" type="capsule" fromto="-1 0 0 1 0 0" size="0.02"/>
    <body name="cart">
      <joint name="slide" type="slide" axis="1 0 0"/>
      <geom name="cart" type="box" size="0.1 0.1 0.1" mass="1"/>
      <body name="pole">
        <joint name="hinge" type="hinge" axis="0 1 0"/>
        <geom name="pole" type="capsule" fromto="0 0 0 0 0 0.6" size="0.05" mass="1"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="slide" gear="100" ctrlrange="-3 3" ctrllimited="true"/>
  </actuator>
  <keyframe>
    <key name="tilted" qpos="0 0.1" ctrl="0.5"/>
  </keyframe>
</mujoco>`;
