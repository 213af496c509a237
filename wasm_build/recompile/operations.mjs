// WebAssembly's unary and binary operators as C expressions over u32, u64, f32 and f64.

import binaryen from 'binaryen';

const infix = (op) => (a, b) => `${a} ${op} ${b}`;
const call =
  (name) =>
  (...operands) =>
    `${name}(${operands.join(', ')})`;
const cast = (type) => (a) => `(${type})${a}`;

function integerBinary(bits) {
  const u = `u${bits}`;
  const s = `s${bits}`;
  const signed = (op) => (a, b) => `(${u})((${s})${a} ${op} (${s})${b})`;
  const compare = (op, type) => (a, b) => `(u32)((${type})${a} ${op} (${type})${b})`;
  const shift = (op, type) => (a, b) => `(${u})((${type})${a} ${op} (${b} & ${bits - 1}))`;
  return {
    [`AddInt${bits}`]: infix('+'),
    [`SubInt${bits}`]: infix('-'),
    [`MulInt${bits}`]: infix('*'),
    [`AndInt${bits}`]: infix('&'),
    [`OrInt${bits}`]: infix('|'),
    [`XorInt${bits}`]: infix('^'),
    [`DivSInt${bits}`]: signed('/'),
    [`DivUInt${bits}`]: infix('/'),
    [`RemSInt${bits}`]: signed('%'),
    [`RemUInt${bits}`]: infix('%'),
    [`ShlInt${bits}`]: shift('<<', u),
    [`ShrUInt${bits}`]: shift('>>', u),
    [`ShrSInt${bits}`]: shift('>>', s),
    [`RotLInt${bits}`]: call(`__builtin_rotateleft${bits}`),
    [`RotRInt${bits}`]: call(`__builtin_rotateright${bits}`),
    [`EqInt${bits}`]: compare('==', u),
    [`NeInt${bits}`]: compare('!=', u),
    [`LtSInt${bits}`]: compare('<', s),
    [`LtUInt${bits}`]: compare('<', u),
    [`LeSInt${bits}`]: compare('<=', s),
    [`LeUInt${bits}`]: compare('<=', u),
    [`GtSInt${bits}`]: compare('>', s),
    [`GtUInt${bits}`]: compare('>', u),
    [`GeSInt${bits}`]: compare('>=', s),
    [`GeUInt${bits}`]: compare('>=', u),
  };
}

function integerUnary(bits) {
  const u = `u${bits}`;
  const s = `s${bits}`;
  return {
    [`EqZInt${bits}`]: (a) => `(u32)(${a} == 0)`,
    [`ClzInt${bits}`]: call(`clz${bits}`),
    [`CtzInt${bits}`]: call(`ctz${bits}`),
    [`PopcntInt${bits}`]: call(`__builtin_popcount${bits === 64 ? 'll' : ''}`),
    [`ExtendS8Int${bits}`]: cast(`${u})(${s})(s8`),
    [`ExtendS16Int${bits}`]: cast(`${u})(${s})(s16`),
  };
}

function floatBinary(bits) {
  const f = bits === 32 ? 'f' : '';
  const compare = (op) => (a, b) => `(u32)(${a} ${op} ${b})`;
  return {
    [`AddFloat${bits}`]: infix('+'),
    [`SubFloat${bits}`]: infix('-'),
    [`MulFloat${bits}`]: infix('*'),
    [`DivFloat${bits}`]: infix('/'),
    [`EqFloat${bits}`]: compare('=='),
    [`NeFloat${bits}`]: compare('!='),
    [`LtFloat${bits}`]: compare('<'),
    [`LeFloat${bits}`]: compare('<='),
    [`GtFloat${bits}`]: compare('>'),
    [`GeFloat${bits}`]: compare('>='),
    [`CopySignFloat${bits}`]: call(`__builtin_copysign${f}`),
    [`MinFloat${bits}`]: call(`__builtin_wasm_min_f${bits}`),
    [`MaxFloat${bits}`]: call(`__builtin_wasm_max_f${bits}`),
  };
}

function floatUnary(bits) {
  const f = bits === 32 ? 'f' : '';
  const operators = {
    [`NegFloat${bits}`]: (a) => `-${a}`,
    [`AbsFloat${bits}`]: call(`__builtin_fabs${f}`),
    [`SqrtFloat${bits}`]: call(`__builtin_sqrt${f}`),
    [`CeilFloat${bits}`]: call(`__builtin_ceil${f}`),
    [`FloorFloat${bits}`]: call(`__builtin_floor${f}`),
    [`TruncFloat${bits}`]: call(`__builtin_trunc${f}`),
    [`NearestFloat${bits}`]: call(`__builtin_rint${f}`),
  };
  for (const to of ['32', '64']) {
    for (const sign of ['S', 'U']) {
      const kind = `${sign.toLowerCase()}_i${to}_f${bits}`;
      const toInteger = (name) => (a) => `(u${to})__builtin_wasm_${name}_${kind}(${a})`;
      operators[`Trunc${sign}Float${bits}ToInt${to}`] = toInteger('trunc');
      operators[`TruncSat${sign}Float${bits}ToInt${to}`] = toInteger('trunc_saturate');
      const from = `${sign.toLowerCase()}${to}`;
      operators[`Convert${sign}Int${to}ToFloat${bits}`] = cast(`f${bits})(${from}`);
    }
  }
  return operators;
}

const OPERATORS = {
  binary: { ...integerBinary(32), ...integerBinary(64), ...floatBinary(32), ...floatBinary(64) },
  unary: {
    ...integerUnary(32),
    ...integerUnary(64),
    ...floatUnary(32),
    ...floatUnary(64),
    WrapInt64: cast('u32'),
    ExtendUInt32: cast('u64'),
    ExtendSInt32: cast('u64)(s64)(s32'),
    ExtendS32Int64: cast('u64)(s64)(s32'),
    PromoteFloat32: cast('f64'),
    DemoteFloat64: cast('f32'),
    ReinterpretFloat32: call('float_bits'),
    ReinterpretFloat64: call('double_bits'),
    ReinterpretInt32: call('float_of'),
    ReinterpretInt64: call('double_of'),
  },
};

const numbered = (operands) =>
  new Map(
    Object.entries(OPERATORS[operands])
      .filter(([name]) => name in binaryen)
      .map(([name, expression]) => [binaryen[name], expression]),
  );

/** binaryen's number of an operator -> its C expression, from those of its operands. Both kinds count from 0. */
export const C_UNARY = numbered('unary');
export const C_BINARY = numbered('binary');
