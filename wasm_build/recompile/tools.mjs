// binaryen's and clang's commands.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import binaryen from 'binaryen';

const BIN = join(dirname(createRequire(import.meta.url).resolve('binaryen/package.json')), 'bin');

/** Features that every current browser has; more would keep the module from loading somewhere. */
const FEATURES = {
  'bulk-memory': binaryen.Features.BulkMemory,
  'nontrapping-float-to-int': binaryen.Features.NontrappingFPToInt,
  'sign-ext': binaryen.Features.SignExt,
  'mutable-globals': binaryen.Features.MutableGlobals,
  'exception-handling': binaryen.Features.ExceptionHandling,
  'reference-types': binaryen.Features.ReferenceTypes,
  multivalue: binaryen.Features.Multivalue,
  simd: binaryen.Features.SIMD128,
};

const FEATURE_OPTIONS = [
  '--mvp-features',
  ...Object.keys(FEATURES).map((name) => `--enable-${name}`),
];

/** A module to work on, which keeps the names of its functions. */
export function openModule(bytes) {
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(bytes);
  module.setFeatures(Object.values(FEATURES).reduce((all, bit) => all | bit));
  return module;
}

function run(command, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, options, { stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${options[0]}: exit code ${code}`)),
    );
  });
}

export const runBinaryen = (tool, options) =>
  run(process.execPath, [join(BIN, tool), ...options, ...FEATURE_OPTIONS]);

/** `python` has ziglang installed, whose clang needs no system compiler. */
export const compileC = (python, source, output) =>
  run(python, [
    ...['-m', 'ziglang', 'cc', '-std=gnu11', '-O3', '-w', '-fno-sanitize=all'],
    ...['-target', 'wasm32-freestanding', '-nostdlib'],
    '-mcpu=generic+simd128+bulk_memory+sign_ext+nontrapping_fptoint+mutable_globals',
    // What WebAssembly does is what the C means: numbers wrap, memory has no types, address 0 is one,
    // no product is fused with a sum.
    ...['-fno-strict-overflow', '-fno-strict-aliasing', '-fno-delete-null-pointer-checks'],
    '-ffp-contract=off',
    // Loops stay loops (calls of memcpy are slow), and no table lands in memory that is MuJoCo's.
    ...['-fno-builtin', '-fno-math-errno', '-fno-jump-tables'],
    // MuJoCo's vectors are short: vectorised code was not faster in V8. Calls cost: inlining more gains 3 %.
    ...['-fno-vectorize', '-fno-slp-vectorize', '-mllvm', '-inline-threshold=1000'],
    ...[
      '--no-entry',
      '--import-memory',
      '--import-table',
      '--export=__stack_pointer',
      '--strip-debug',
    ].map((option) => `-Wl,${option}`),
    ...[source, '-o', output],
  ]);
