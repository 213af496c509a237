// Post-links the official MuJoCo WASM: exports the C functions that our kernels call, recompiles those that a step
// runs through (recompile/), then optimises and strips it. No MuJoCo source is compiled and no result changes: the
// tests hold the linked module to the native library step by step.
//
// usage: node postlink_mujoco.mjs IN.wasm OUT.wasm PYTHON      (PYTHON has ziglang)

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { finish, recompile } from './recompile/recompile.mjs';
import { openModule } from './recompile/tools.mjs';

/** C functions of MuJoCo that `kernels/physics.c` imports. */
const EXPORTED_FUNCTIONS = [
  'cos',
  'exp',
  'mj_forward',
  'mj_getState',
  'mj_kinematics',
  'mj_resetData',
  'mj_resetDataKeyframe',
  'mj_rnePostConstraint',
  'mj_setState',
  'mj_stateSize',
  'mj_step',
  'sin',
];

function exportFunctions(input) {
  const module = openModule(readFileSync(input));
  const missing = EXPORTED_FUNCTIONS.filter((name) => !module.getFunction(name));
  if (missing.length > 0) {
    throw new Error(
      `${input}: no function ${missing.join(', ')} in its name section; ` +
        'this build of @mujoco/mujoco cannot be post-linked, use the pinned version',
    );
  }
  for (const name of EXPORTED_FUNCTIONS) module.addFunctionExport(name, name);
  module.addGlobalExport('__stack_pointer', '__stack_pointer');
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

const [input, output, python] = process.argv.slice(2);
if (!python) {
  console.error('usage: node postlink_mujoco.mjs IN.wasm OUT.wasm PYTHON');
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), 'postlink-'));
try {
  const exported = join(work, 'exported.wasm');
  writeFileSync(exported, exportFunctions(input));
  writeFileSync(output, finish(readFileSync(await recompile(exported, work, python))));
} finally {
  rmSync(work, { recursive: true, force: true });
}
