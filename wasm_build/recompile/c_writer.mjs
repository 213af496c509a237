// Writes a function's tree as C: one statement an operation, each result in a variable of its own, which keeps
// WebAssembly's order of evaluation. clang makes expressions of it again.

import binaryen from 'binaryen';

import { C_BINARY, C_UNARY } from './operations.mjs';
import { isPointer } from './pointers.mjs';
import { isSub } from './tree.mjs';
import { C_TYPES } from './wasm_function.mjs';

/** A C expression without side effects, and whether it is an address. */
const value = (text, pointer = false) => ({ text, pointer });
const NOTHING = value('0');

const asInteger = (v) => (v.pointer ? `((u32)${v.text})` : v.text);
const asAddress = (v) => (v.pointer ? v.text : `((address)${v.text})`);

function literal({ type, value: number }) {
  const bytes = new DataView(new ArrayBuffer(8));
  if (type === binaryen.i32) return `${number >>> 0}u`;
  if (type === binaryen.i64) return `${BigInt.asUintN(64, BigInt(number))}ull`;
  if (type === binaryen.f32) {
    bytes.setFloat32(0, number);
    return `float_of(${bytes.getUint32(0)}u)`;
  }
  bytes.setFloat64(0, number);
  return `double_of(${bytes.getBigUint64(0)}ull)`;
}

function cellType(type, bytes, signed) {
  if (type === binaryen.f32 || type === binaryen.f64) return C_TYPES.get(type);
  return `${signed ? 's' : 'u'}${bytes * 8}`;
}

const hasValue = (type) => type !== binaryen.none && type !== binaryen.unreachable;

export class CWriter {
  /** `functions`: all that are written or called, by name; `names`: their names in C. */
  constructor(functions, names) {
    this.functions = functions;
    this.names = names;
  }

  prototype(f) {
    const params = f.params.map((_, i) => `${this.localType(f, i)} l${i}`);
    return `${C_TYPES.get(f.result)} ${this.names.get(f.name)}(${params.join(', ') || 'void'})`;
  }

  definition(f) {
    this.f = f;
    this.lines = [];
    this.counter = 0;
    this.targets = new Map();
    f.locals.forEach((_, i) => {
      if (i >= f.params.length) this.write(`${this.localType(f, i)} l${i} = 0;`);
    });
    if (f.frame) {
      this.write(`_Alignas(16) char frame[${f.frame.bytes}];`);
      this.write(`l${f.frame.index} = frame;`);
    }
    const result = this.expression(f.body);
    if (hasValue(f.result)) {
      this.write(result ? `return ${asInteger(result)};` : '__builtin_unreachable();');
    }
    return `${this.prototype(f)} {\n${this.lines.join('\n')}\n}\n`;
  }

  localType(f, index) {
    return f.pointers.has(index) ? 'address' : C_TYPES.get(f.locals[index]);
  }

  write(line) {
    this.lines.push(line);
  }

  keep(type, text, pointer = false) {
    const name = `t${this.counter++}`;
    this.write(`${pointer ? 'address' : C_TYPES.get(type)} ${name} = ${text};`);
    return value(name, pointer);
  }

  /** As `expression`, where a value is needed; what follows code that never ends is never reached. */
  operand(node) {
    return this.expression(node) ?? NOTHING;
  }

  integer(node) {
    return asInteger(this.operand(node));
  }

  address(node) {
    return asAddress(this.operand(node));
  }

  /** Writes what the node does; its value, or null when it does not go on to the next node. */
  expression(node) {
    const write = this[`write_${node.kind}`];
    if (!write) throw new Error(`${this.f.name}: no C for ${node.kind}`);
    return write.call(this, node);
  }

  write_nop() {
    return NOTHING;
  }

  write_unreachable() {
    this.write('__builtin_trap();');
    return null;
  }

  write_block(node) {
    const target = { label: `L${this.counter++}`, result: null };
    if (hasValue(node.type)) target.result = this.keep(node.type, '0').text;
    const last = this.within(node, target);
    if (target.result && last) this.write(`${target.result} = ${asInteger(last)};`);
    this.write(`${target.label}:;`);
    return target.result ? value(target.result) : NOTHING;
  }

  write_loop(node) {
    const target = { label: `L${this.counter++}`, result: null };
    this.write(`${target.label}:;`);
    return this.within(node, target);
  }

  within(node, target) {
    const outer = this.targets.get(node.name);
    this.targets.set(node.name, target);
    let last = NOTHING;
    for (const child of node.body) last = this.expression(child);
    this.targets.set(node.name, outer);
    return last;
  }

  goto(name, carried) {
    const { label, result } = this.targets.get(name);
    return `${carried && result ? `${result} = ${asInteger(carried)}; ` : ''}goto ${label};`;
  }

  write_break(node) {
    const carried = node.value && this.operand(node.value);
    if (!node.condition) {
      this.write(this.goto(node.name, carried));
      return null;
    }
    this.write(`if (${this.integer(node.condition)}) { ${this.goto(node.name, carried)} }`);
    return carried ?? NOTHING;
  }

  write_switch(node) {
    const carried = node.value && this.operand(node.value);
    this.write(`switch (${this.integer(node.condition)}) {`);
    node.names.forEach((name, i) => {
      this.write(`case ${i}: ${this.goto(name, carried)}`);
    });
    this.write(`default: ${this.goto(node.otherwise, carried)} }`);
    return null;
  }

  write_if(node) {
    const condition = this.integer(node.condition);
    const pointer = [node.yes, node.no].some((arm) => arm && isPointer(this.f, arm));
    const result = hasValue(node.type) ? this.keep(node.type, '0', pointer) : null;
    const arm = (child) => {
      const v = this.expression(child);
      if (result && v) this.write(`${result.text} = ${pointer ? asAddress(v) : asInteger(v)};`);
    };
    this.write(`if (${condition}) {`);
    arm(node.yes);
    if (node.no) {
      this.write('} else {');
      arm(node.no);
    }
    this.write('}');
    return node.type === binaryen.unreachable ? null : (result ?? NOTHING);
  }

  write_select(node) {
    const pointer = isPointer(this.f, node);
    const as = pointer ? asAddress : asInteger;
    const [yes, no] = [as(this.operand(node.yes)), as(this.operand(node.no))];
    return this.keep(node.type, `${this.integer(node.condition)} ? ${yes} : ${no}`, pointer);
  }

  write_call(node) {
    const called = this.functions.get(node.target);
    const operands = node.operands.map((operand, i) => {
      const v = this.operand(operand);
      return called.pointers.has(i) ? asAddress(v) : asInteger(v);
    });
    const text = `${this.names.get(node.target)}(${operands.join(', ')})`;
    return this.callResult(called.result, text);
  }

  write_call_indirect(node) {
    const operands = node.operands.map((operand) => this.integer(operand));
    const types = binaryen.expandType(node.params).map((type) => C_TYPES.get(type));
    const type = `${C_TYPES.get(node.results)} (*)(${types.join(', ') || 'void'})`;
    return this.callResult(
      node.results,
      `((${type})${this.integer(node.address)})(${operands.join(', ')})`,
    );
  }

  callResult(type, text) {
    if (hasValue(type)) return this.keep(type, text);
    this.write(`${text};`);
    return NOTHING;
  }

  write_local_get(node) {
    const pointer = this.f.pointers.has(node.index);
    return this.keep(this.f.locals[node.index], `l${node.index}`, pointer);
  }

  write_local_set(node) {
    const pointer = this.f.pointers.has(node.index);
    // A frame's address is known since the beginning.
    if (this.f.frame?.index !== node.index) {
      const v = this.operand(node.value);
      this.write(`l${node.index} = ${pointer ? asAddress(v) : asInteger(v)};`);
    }
    if (!node.tee) return NOTHING;
    return this.keep(this.f.locals[node.index], `l${node.index}`, pointer);
  }

  /** The stack pointer: clang makes and frees the frames now. */
  write_global_set() {
    return NOTHING;
  }

  write_load(node) {
    const cell = cellType(node.type, node.bytes, node.signed);
    const from = `${this.address(node.pointer)} + ${node.offset}u`;
    return this.keep(node.type, `LOAD(${cell}, ${node.align}, ${from})`);
  }

  write_store(node) {
    const cell = cellType(node.value.type, node.bytes, false);
    const to = `${this.address(node.pointer)} + ${node.offset}u`;
    this.write(`STORE(${cell}, ${node.align}, ${to}, ${this.integer(node.value)});`);
    return NOTHING;
  }

  write_const(node) {
    return value(literal(node));
  }

  write_unary(node) {
    return this.keep(node.type, C_UNARY.get(node.op)(this.integer(node.value)));
  }

  write_binary(node) {
    const left = this.operand(node.left);
    const right = this.operand(node.right);
    if (!isPointer(this.f, node)) {
      return this.keep(node.type, C_BINARY.get(node.op)(asInteger(left), asInteger(right)));
    }
    const [base, distance] = isPointer(this.f, node.left) ? [left, right] : [right, left];
    const sign = isSub(node) ? '-' : '+';
    return this.keep(node.type, `${asAddress(base)} ${sign} (s32)${asInteger(distance)}`, true);
  }

  write_drop(node) {
    return this.expression(node.value) && NOTHING;
  }

  write_return(node) {
    this.write(`return ${node.value ? this.integer(node.value) : ''};`);
    return null;
  }

  write_fill(node) {
    const [to, byte] = [this.address(node.to), this.integer(node.value)];
    this.write(`fill(${to}, ${byte}, ${this.integer(node.size)});`);
    return NOTHING;
  }

  write_copy(node) {
    const [to, from] = [this.address(node.to), this.address(node.from)];
    this.write(`copy(${to}, ${from}, ${this.integer(node.size)});`);
    return NOTHING;
  }
}
