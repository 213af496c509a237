// Post-links the official MuJoCo WASM: exports the C functions that our kernels call, then
// optimises and strips it. No MuJoCo source is compiled and no result changes: the tests hold the
// linked module to the native library step by step.
//
// usage: node postlink_mujoco.mjs IN.wasm OUT.wasm

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import binaryen from 'binaryen';

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

/** Features that every current browser has; more would keep the module from loading somewhere. */
const FEATURES = {
  'bulk-memory': binaryen.Features.BulkMemory,
  'nontrapping-float-to-int': binaryen.Features.NontrappingFPToInt,
  'sign-ext': binaryen.Features.SignExt,
  'mutable-globals': binaryen.Features.MutableGlobals,
  'exception-handling': binaryen.Features.ExceptionHandling,
  'reference-types': binaryen.Features.ReferenceTypes,
  multivalue: binaryen.Features.Multivalue,
};

const OPTIMISE = [
  '-O4',
  '-fimfs=120',
  '-ocimfs=400',
  '--inline-functions-with-loops',
  '--strip-debug',
  '--strip-producers',
];

function exportFunctions(input) {
  const module = binaryen.readBinary(readFileSync(input));
  module.setFeatures(Object.values(FEATURES).reduce((all, bit) => all | bit));
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

const [input, output] = process.argv.slice(2);
if (!input || !output) {
  console.error('usage: node postlink_mujoco.mjs IN.wasm OUT.wasm');
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), 'postlink-'));
try {
  const exported = join(work, 'exported.wasm');
  writeFileSync(exported, exportFunctions(input));
  const wasmOpt = join(
    dirname(createRequire(import.meta.url).resolve('binaryen/package.json')),
    'bin/wasm-opt',
  );
  const features = ['--mvp-features', ...Object.keys(FEATURES).map((name) => `--enable-${name}`)];
  execFileSync(process.execPath, [wasmOpt, exported, ...features, ...OPTIMISE, '-o', output], {
    stdio: 'inherit',
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}
