// binaryen's expressions as trees of plain objects `{ kind, type, ... }`.

import binaryen from 'binaryen';

const KINDS = new Map([
  [binaryen.BlockId, (i) => ({ kind: 'block', name: i.name, body: i.children.map(tree) })],
  [binaryen.LoopId, (i) => ({ kind: 'loop', name: i.name, body: [tree(i.body)] })],
  [binaryen.IfId, (i) => ({ kind: 'if', ...choice(i) })],
  [binaryen.SelectId, (i) => ({ kind: 'select', ...choice(i) })],
  [binaryen.BreakId, (i) => ({ kind: 'break', name: i.name, ...jump(i) })],
  [
    binaryen.SwitchId,
    (i) => ({ kind: 'switch', names: i.names, otherwise: i.defaultName, ...jump(i) }),
  ],
  [binaryen.CallId, (i) => ({ kind: 'call', target: i.target, operands: i.operands.map(tree) })],
  [
    binaryen.CallIndirectId,
    (i) => ({
      kind: 'call_indirect',
      address: tree(i.target),
      operands: i.operands.map(tree),
      params: i.params,
      results: i.results,
    }),
  ],
  [binaryen.LocalGetId, (i) => ({ kind: 'local_get', index: i.index })],
  [
    binaryen.LocalSetId,
    (i) => ({ kind: 'local_set', index: i.index, tee: i.isTee, value: tree(i.value) }),
  ],
  [binaryen.GlobalGetId, (i) => ({ kind: 'global_get', name: i.name })],
  [binaryen.GlobalSetId, (i) => ({ kind: 'global_set', name: i.name, value: tree(i.value) })],
  [binaryen.LoadId, (i) => ({ kind: 'load', ...access(i), signed: i.isSigned })],
  [binaryen.StoreId, (i) => ({ kind: 'store', ...access(i), value: tree(i.value) })],
  [binaryen.ConstId, (i) => ({ kind: 'const', value: i.value })],
  [binaryen.UnaryId, (i) => ({ kind: 'unary', op: i.op, value: tree(i.value) })],
  [
    binaryen.BinaryId,
    (i) => ({ kind: 'binary', op: i.op, left: tree(i.left), right: tree(i.right) }),
  ],
  [binaryen.DropId, (i) => ({ kind: 'drop', value: tree(i.value) })],
  [binaryen.ReturnId, (i) => ({ kind: 'return', value: tree(i.value) })],
  [
    binaryen.MemoryFillId,
    (i) => ({ kind: 'fill', to: tree(i.dest), value: tree(i.value), size: tree(i.size) }),
  ],
  [
    binaryen.MemoryCopyId,
    (i) => ({ kind: 'copy', to: tree(i.dest), from: tree(i.source), size: tree(i.size) }),
  ],
]);

function choice(i) {
  return { condition: tree(i.condition), yes: tree(i.ifTrue), no: tree(i.ifFalse) };
}

function jump(i) {
  return { condition: tree(i.condition), value: tree(i.value) };
}

function access(i) {
  return { bytes: i.bytes, offset: i.offset, align: i.align, pointer: tree(i.ptr) };
}

/** `kind` is 'unsupported' for what C does not express here: atomics, vectors, exceptions, references. */
export function tree(expression) {
  if (!expression) return null;
  const id = binaryen.getExpressionId(expression);
  const type = binaryen.getExpressionType(expression);
  if (id === binaryen.NopId) return { kind: 'nop', type };
  if (id === binaryen.UnreachableId) return { kind: 'unreachable', type };
  const make = KINDS.get(id);
  if (!make) return { kind: 'unsupported', type };
  const info = binaryen.getExpressionInfo(expression);
  return info.isAtomic || info.isReturn ? { kind: 'unsupported', type } : { ...make(info), type };
}

/** Calls `see` with the node and all below it. */
export function visit(node, see) {
  see(node);
  for (const part of Object.values(node)) {
    for (const child of Array.isArray(part) ? part : [part]) if (child?.kind) visit(child, see);
  }
}

export const isAdd = (node) => node.kind === 'binary' && node.op === binaryen.AddInt32;
export const isSub = (node) => node.kind === 'binary' && node.op === binaryen.SubInt32;

/** The constant that `x + constant` or `x - constant` moves x by; 0 for all else. */
export function displacement(node) {
  if (node.kind !== 'binary' || node.right.kind !== 'const') return 0;
  return isAdd(node) ? node.right.value : isSub(node) ? -node.right.value : 0;
}
