// Recompiles the functions that a physics step runs through: WebAssembly -> C -> clang -> WebAssembly. MuJoCo's
// build optimised each of its source files alone and without vectors; clang now sees them together, and inlines
// what V8 does not. No result changes by a bit.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import binaryen from 'binaryen';

import { CWriter } from './c_writer.mjs';
import { inferPointers } from './pointers.mjs';
import { calledFromOutside, selectFunctions } from './selection.mjs';
import { compileC, openModule, runBinaryen } from './tools.mjs';
import { STACK_POINTER } from './wasm_function.mjs';

const PRELUDE = new URL('prelude.h', import.meta.url);
/** Names of the two modules to each other, and of exports that are there for the other one only. */
const [REST, NEW] = ['mujoco', 'recompiled'];
const [KEPT_PREFIX, NEW_PREFIX] = ['kept:', 'new:'];

/** Takes the module at `exported` apart in the folder `work`; the path of the whole one. */
export async function recompile(exported, work, python) {
  const path = (name) => join(work, name);
  const module = openModule(readFileSync(exported));
  const { recompiled, kept } = selectFunctions(module, exported);
  const outside = calledFromOutside(module, recompiled);
  writeFileSync(path('step.c'), writeC(recompiled, kept, outside));
  writeFileSync(path('rest.wasm'), withoutFunctions(module, outside, kept));
  await Promise.all([
    compileC(python, path('step.c'), path('step.wasm')),
    runBinaryen('wasm-opt', [path('rest.wasm'), '-O3', '-o', path('rest_optimised.wasm')]),
  ]);
  await shareStack(path('step.wasm'), path);
  const parts = [path('rest_optimised.wasm'), REST, path('shared.wasm'), NEW];
  await runBinaryen('wasm-merge', [...parts, '--skip-export-conflicts', '-o', path('merged.wasm')]);
  return path('merged.wasm');
}

function writeC(recompiled, kept, outside) {
  inferPointers(recompiled);
  const all = new Map([...recompiled, ...kept]);
  const names = new Map(
    [...all.keys()].map((name, i) => [name, `f${i}_${name.replace(/\W/g, '_').slice(0, 60)}`]),
  );
  const writer = new CWriter(all, names);
  const lines = [readFileSync(PRELUDE, 'utf8')];
  for (const f of kept.values()) {
    const origin = `import_module("${REST}"), import_name(${JSON.stringify(KEPT_PREFIX + f.name)})`;
    lines.push(`__attribute__((${origin})) ${writer.prototype(f)};`);
  }
  for (const f of recompiled.values()) {
    const exported = `__attribute__((export_name(${JSON.stringify(NEW_PREFIX + f.name)})))`;
    lines.push(`${outside.includes(f.name) ? exported : 'static'} ${writer.prototype(f)};`);
  }
  for (const f of recompiled.values()) lines.push(writer.definition(f));
  return lines.join('\n');
}

/** The module with imports in place of `names`; what only those called goes with them, but for `kept`. */
function withoutFunctions(module, names, kept) {
  for (const name of names) {
    const { params, results } = binaryen.getFunctionInfo(module.getFunction(name));
    module.removeFunction(name);
    module.addFunctionImport(name, NEW, NEW_PREFIX + name, params, results);
  }
  for (const name of kept.keys()) module.addFunctionExport(name, KEPT_PREFIX + name);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

/** Both modules use one stack and one memory: the linker gives each a stack pointer of its own. */
async function shareStack(compiled, path) {
  await runBinaryen('wasm-dis', [compiled, '-o', path('step.wat')]);
  const own = /^ \(global \$(\S+) \(mut i32\) \(i32\.const \d+\)\)\n/m;
  const text = readFileSync(path('step.wat'), 'utf8');
  const stackPointer = own.exec(text)?.[1];
  if (!stackPointer || /^ \(data /m.test(text)) {
    throw new Error(
      'clang placed data in memory, or made no stack pointer, in the recompiled functions; ' +
        'see wasm_build/recompile/tools.mjs for its options',
    );
  }
  const imported = ` (import "${REST}" "${STACK_POINTER}" (global $${stackPointer} (mut i32)))\n`;
  const shared = text
    .replace(own, '')
    .replace(/^ \(export "(__stack_pointer|memory)" .*\n/gm, '')
    .replace(/\(import "env" "(memory|__indirect_function_table)"/g, `(import "${REST}" "$1"`)
    .replace(/^ \(import /m, `${imported}$&`);
  writeFileSync(path('shared.wat'), shared);
  await runBinaryen('wasm-as', [path('shared.wat'), '-o', path('shared.wasm')]);
}

/** Drops what only the two halves needed, and the names. */
export function finish(bytes) {
  const module = openModule(bytes);
  const names = [];
  for (let i = 0; i < module.getNumExports(); i++) {
    names.push(binaryen.getExportInfo(module.getExportByIndex(i)).name);
  }
  for (const name of names) {
    if (name.startsWith(KEPT_PREFIX) || name.startsWith(NEW_PREFIX)) module.removeExport(name);
  }
  module.runPasses(['remove-unused-module-elements', 'strip-debug', 'strip-producers']);
  binaryen.setDebugInfo(false);
  const stripped = module.emitBinary();
  module.dispose();
  return stripped;
}
