// Which i32 locals and expressions are addresses. clang tells accesses apart by the pointer they go through, and
// knows little of an integer that becomes one. A wrong guess costs speed only: C casts between both.

import binaryen from 'binaryen';

import { isAdd, isSub, visit } from './tree.mjs';

const SCALING = new Set([binaryen.ShlInt32, binaryen.MulInt32, binaryen.AndInt32]);

export function isPointer(f, node) {
  if (node.type !== binaryen.i32) return false;
  if (node.kind === 'local_get' || node.kind === 'local_set') return f.pointers.has(node.index);
  if (isAdd(node)) return isPointer(f, node.left) !== isPointer(f, node.right);
  if (isSub(node)) return isPointer(f, node.left) && !isPointer(f, node.right);
  return node.kind === 'select' && (isPointer(f, node.yes) || isPointer(f, node.no));
}

/** An index times a size, or a constant: the part of an address that is no address. */
function isScaled(node) {
  return (
    node.kind === 'const' ||
    node.kind === 'unary' ||
    (node.kind === 'binary' && SCALING.has(node.op))
  );
}

/** The operand of an addition that is the address; null when both or none seem to be. */
function baseOf(f, { left, right }) {
  const known = [left, right].filter((node) => isPointer(f, node));
  if (known.length > 0) return known.length === 1 ? known[0] : null;
  const likely = [left, right].filter((node) => !isScaled(node));
  return likely.length === 1 ? likely[0] : null;
}

/** Fills `pointers` of the functions that are written; `functions` is a map by name. */
export function inferPointers(functions) {
  let changed = true;
  const add = (f, index) => {
    if (f.pointers.has(index)) return;
    f.pointers.add(index);
    changed = true;
  };
  const markAddress = (f, node) => {
    if (node.kind === 'local_get' || node.kind === 'local_set') add(f, node.index);
    if (node.kind === 'local_set') markAddress(f, node.value);
    if (isAdd(node)) {
      const base = baseOf(f, node);
      if (base) markAddress(f, base);
    } else if (isSub(node) && node.right.kind === 'const') markAddress(f, node.left);
    if (node.kind === 'select') for (const arm of [node.yes, node.no]) markAddress(f, arm);
  };
  const look = (f, node) => {
    if (node.pointer) markAddress(f, node.pointer);
    if (node.to) markAddress(f, node.to);
    if (node.from) markAddress(f, node.from);
    if (node.kind === 'call') {
      const called = functions.get(node.target);
      for (const index of called?.pointers ?? []) {
        if (index < node.operands.length) markAddress(f, node.operands[index]);
      }
    }
    if (node.kind === 'local_set') {
      if (f.pointers.has(node.index)) markAddress(f, node.value);
      else if (isPointer(f, node.value)) add(f, node.index);
    }
  };
  while (changed) {
    changed = false;
    for (const f of functions.values()) {
      if (f.frame) add(f, f.frame.index);
      visit(f.body, (node) => look(f, node));
    }
  }
}
