// Which functions are recompiled: all that a step may call, but for what steps rarely run.

import binaryen from 'binaryen';

import { WasmFunction } from './wasm_function.mjs';

/** Entries, and the collision functions, which MuJoCo calls by a table. */
const ROOTS = [
  'mj_step',
  'mj_forward',
  'mj_setState',
  'mj_getState',
  'mj_kinematics',
  'mj_rnePostConstraint',
  'mjc_PlaneSphere',
  'mjc_PlaneCapsule',
  'mjc_PlaneConvex',
  'mjc_PlaneCylinder',
  'mjc_PlaneBox',
  'mjc_SphereSphere',
  'mjc_SphereCapsule',
  'mjc_SphereCylinder',
  'mjc_SphereBox',
  'mjc_CapsuleCapsule',
  'mjc_CapsuleBox',
  'mjc_BoxBox',
  'mjc_Convex',
  'mjc_ConvexHField',
];

/** Messages, allocation, threads, the C++ runtime; flexes, signed distance fields, rays: left as they are. */
const LEFT_ALONE = new RegExp(
  `^(${[
    'mju_message|mju_error.*|mju_warning.*|mj_warning|mju_initLog.*|mju_isTopic.*|v?snprintf',
    'mju_malloc|mju_free|emscripten_.*|mju_dispatch|mju_threadpool|mjp_.*',
    'std::.*|operator .*|__cxa.*|_.*abi.*',
    '.*[Ff]lex.*|mju_shell.*|mjd_eff.*|mj_eff.*|eff.*|mjc_ipc.*|mj_ipc.*|.*S[Dd][Ff].*|.*Sdf.*',
    'mj_ray.*|mju_ray.*|ray_.*|mj_multiRay|mju_history.*|_?mj_resetData.*|mj_compareFwdInv',
  ].join('|')})$`,
);

/** Functions by name: those to recompile, and of those that they call the others, which stay. */
export function selectFunctions(module, input) {
  const missing = ROOTS.filter((name) => !module.getFunction(name));
  if (missing.length > 0) {
    throw new Error(
      `${input}: no function ${missing.join(', ')} to recompile in its name section; ` +
        'use the pinned version of @mujoco/mujoco, or change ROOTS in wasm_build/recompile/selection.mjs',
    );
  }
  const recompiled = new Map();
  const kept = new Map();
  const queue = [...ROOTS];
  while (queue.length > 0) {
    const name = queue.pop();
    if (recompiled.has(name) || kept.has(name)) continue;
    const f = new WasmFunction(module, name);
    if (f.translatable && !LEFT_ALONE.test(name)) {
      recompiled.set(name, f);
      queue.push(...f.calls);
    } else if (ROOTS.includes(name)) {
      throw new Error(
        `${input}: ${name} cannot be translated to C; see wasm_build/recompile/tree.mjs`,
      );
    } else {
      kept.set(name, f);
    }
  }
  return { recompiled, kept };
}

/** Names of the recompiled functions that the rest of the module calls, exports or has in its table. */
export function calledFromOutside(module, recompiled) {
  const called = new Set();
  for (let i = 0; i < module.getNumExports(); i++) {
    called.add(binaryen.getExportInfo(module.getExportByIndex(i)).value);
  }
  for (let i = 0; i < module.getNumElementSegments(); i++) {
    const { data } = binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(i));
    for (const name of data) called.add(name);
  }
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const { name } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    if (recompiled.has(name)) continue;
    for (const target of new WasmFunction(module, name).calls) called.add(target);
  }
  return [...recompiled.keys()].filter((name) => called.has(name));
}
