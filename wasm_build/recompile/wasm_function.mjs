// A function of the module: its tree, what it calls, and its frame on the stack in memory.

import binaryen from 'binaryen';

import { C_BINARY, C_UNARY } from './operations.mjs';
import { displacement, tree, visit } from './tree.mjs';

export const C_TYPES = new Map([
  [binaryen.none, 'void'],
  [binaryen.i32, 'u32'],
  [binaryen.i64, 'u64'],
  [binaryen.f32, 'f32'],
  [binaryen.f64, 'f64'],
]);

export const STACK_POINTER = '__stack_pointer';

export class WasmFunction {
  /** Indices of i32 locals that hold addresses; see pointers.mjs. */
  pointers = new Set();
  calls = new Set();
  /** `{ index, bytes }` of the local that holds the frame's address, or null without one. */
  frame = null;

  constructor(module, name) {
    const info = binaryen.getFunctionInfo(module.getFunction(name));
    this.name = name;
    this.params = binaryen.expandType(info.params);
    this.result = info.results;
    this.locals = [...this.params, ...info.vars];
    this.body = tree(info.body);
    this.translatable =
      this.body !== null && [this.result, ...this.locals].every((type) => C_TYPES.has(type));
    if (this.body) this.examine();
  }

  examine() {
    const stack = [];
    visit(this.body, (node) => {
      if (node.kind === 'call') this.calls.add(node.target);
      if (node.kind.startsWith('global_')) stack.push(node);
      if (
        node.kind === 'unsupported' ||
        (node.kind === 'unary' && !C_UNARY.has(node.op)) ||
        (node.kind === 'binary' && !C_BINARY.has(node.op))
      ) {
        this.translatable = false;
      }
    });
    if (stack.length > 0 && !this.findFrame(stack)) this.translatable = false;
  }

  /**
   * A frame is made once, by `local = stack pointer - bytes`, and given back with `local + bytes`; then it
   * can be a C array. False when the stack pointer is used in any other way.
   */
  findFrame(stack) {
    const assignments = [];
    visit(this.body, (node) => {
      if (node.kind === 'local_set') assignments.push(node);
    });
    const makes = assignments.filter(
      (set) => set.value.left?.kind === 'global_get' && displacement(set.value) < 0,
    );
    if (makes.length !== 1 || stack.some((node) => node.name !== STACK_POINTER)) return false;
    const frame = { index: makes[0].index, bytes: -displacement(makes[0].value) };
    const sets = stack.filter((node) => node.kind === 'global_set');
    const gets = stack.length - sets.length;
    const entries = sets.filter((set) => set.value === makes[0]);
    const exits = sets.filter(
      ({ value }) =>
        value.left?.kind === 'local_get' &&
        value.left.index === frame.index &&
        displacement(value) === frame.bytes,
    );
    // A leaf function needs not move the stack pointer.
    const balanced =
      sets.length === 0 || (entries.length === 1 && sets.length === 1 + exits.length);
    const written = assignments.filter((set) => set.index === frame.index).length;
    if (gets !== 1 || written !== 1 || !balanced) return false;
    this.frame = frame;
    return true;
  }
}
