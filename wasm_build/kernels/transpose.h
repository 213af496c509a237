// The block in which rows become columns.

#pragma once

#include "shapes.h"

typedef float v4 __attribute__((vector_size(16), aligned(4)));

// out [4][TILE]: four numbers of each of four rows, number by number.
static inline void transpose_4x4(float* out, const float* const rows[4]) {
  const v4 a = *(const v4*)rows[0], b = *(const v4*)rows[1], c = *(const v4*)rows[2], d = *(const v4*)rows[3];
  const v4 ab01 = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab23 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const v4 cd01 = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd23 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(v4*)out = __builtin_shufflevector(ab01, cd01, 0, 1, 4, 5);
  *(v4*)(out + TILE) = __builtin_shufflevector(ab01, cd01, 2, 3, 6, 7);
  *(v4*)(out + 2 * TILE) = __builtin_shufflevector(ab23, cd23, 0, 1, 4, 5);
  *(v4*)(out + 3 * TILE) = __builtin_shufflevector(ab23, cd23, 2, 3, 6, 7);
}
