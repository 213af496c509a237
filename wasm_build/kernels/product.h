// Products of small matrices with tiles, blocked so that accumulators stay in registers and operands in the L1 cache.
//
// GFLOP/s of a whole forward and backward pass on one core (bench/network_kernels.py):
//                                        native, AVX-512   wasm, relaxed SIMD   wasm
//   17-64-64-6 tanh, 512 or 2,048 samples     80, 91             35, 45        27, 36
//   17-256-256-6 tanh, 256 samples           100, 108            43, 51        35, 40

#pragma once

#include "shapes.h"
#include "transpose.h"

// Terms of a sum that are taken at a time: their rows of a tile are 16 KB.
enum { DEPTH = 64 };

// How a block's sums begin: at one number for each row (null: 0), or at what is there.
typedef enum { BEGIN, CONTINUE } Start;

// out[r][lane] = start + sum_k a[r * ar + k * ak] x[k][lane] for `rows` rows of out and BLOCK lanes.
// Inlined with constant `rows` and `start`, so that the accumulators live in registers.
static inline __attribute__((always_inline)) void product_block(float* out, long out_stride, const float* a, long ar,
                                                                long ak, const float* x, int K, const Start start,
                                                                const float* first, const int rows) {
  enum { V = BLOCK / LANES };
  vf acc[ROWS][V];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < V; v++)
      acc[r][v] = start == CONTINUE ? vf_load(out + r * out_stride + v * LANES) : vf_splat(first ? first[r] : 0.0f);
  for (int k = 0; k < K; k++) {
    vf xk[V];
    for (int v = 0; v < V; v++) xk[v] = vf_load(x + k * TILE + v * LANES);
    for (int r = 0; r < rows; r++) {
      const vf scale = vf_splat(a[r * ar + k * ak]);
      for (int v = 0; v < V; v++) acc[r][v] += scale * xk[v];
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < V; v++) vf_store(out + r * out_stride + v * LANES, acc[r][v]);
}

// Weights as a matrix [M, K] that is multiplied from the left: stored by columns [K, stride], or by rows [M, stride].
typedef enum { BY_COLUMN, BY_ROW } Layout;

// `rows` rows of `multiply`, over at most DEPTH terms.
static inline __attribute__((always_inline)) void multiply_rows(float* out, const float* a, const Layout layout,
                                                                long stride, const float* first, const float* x, int K,
                                                                int lanes, int continues, const int rows) {
  float panel[DEPTH * ROWS];
  const float* terms = a;
  if (layout == BY_COLUMN) {  // columns of wide layers would fall into few sets of the cache
    for (int k = 0; k < K; k++)
      for (int r = 0; r < rows; r++) panel[k * rows + r] = a[k * stride + r];
    terms = panel;
  }
  const long ar = layout == BY_COLUMN ? 1 : stride, ak = layout == BY_COLUMN ? rows : 1;
  for (int lane = 0; lane < lanes; lane += BLOCK)
    if (continues) product_block(out + lane, TILE, terms, ar, ak, x + lane, K, CONTINUE, 0, rows);
    else product_block(out + lane, TILE, terms, ar, ak, x + lane, K, BEGIN, first, rows);
}

// out [M][TILE] = first [M] (null: 0) + a x: a [M, K], x [K][TILE].
static inline __attribute__((always_inline)) void multiply(float* out, const float* a, const Layout layout, long stride,
                                                           const float* first, const float* x, int M, int K,
                                                           int lanes) {
  const long row = layout == BY_COLUMN ? 1 : stride, column = layout == BY_COLUMN ? stride : 1;
  for (int k = 0; k < K; k += DEPTH, a += DEPTH * column, x += DEPTH * TILE) {
    const int depth = K - k < DEPTH ? K - k : DEPTH;
    int m = 0;
    for (; m + ROWS <= M; m += ROWS)
      multiply_rows(out + m * TILE, a + m * row, layout, stride, first ? first + m : 0, x, depth, lanes, k > 0, ROWS);
    for (; m + 2 <= M; m += 2)
      multiply_rows(out + m * TILE, a + m * row, layout, stride, first ? first + m : 0, x, depth, lanes, k > 0, 2);
    for (; m < M; m++)
      multiply_rows(out + m * TILE, a + m * row, layout, stride, first ? first + m : 0, x, depth, lanes, k > 0, 1);
  }
}

// out [lanes][TILE] = the transpose of rows [count][TILE], its columns from `count` on 0 up to a whole BLOCK.
static void transpose(float* out, const float* rows, int count, int lanes) {
  const int padded = (count + BLOCK - 1) / BLOCK * BLOCK;
  for (int lane = 0; lane < lanes; lane += 4) {
    int c = 0;
    for (; c + 4 <= count; c += 4) {
      const float* four[4];
      for (int i = 0; i < 4; i++) four[i] = rows + (c + i) * TILE + lane;
      transpose_4x4(out + lane * TILE + c, four);
    }
    for (; c < padded; c++)
      for (int i = 0; i < 4; i++) out[(lane + i) * TILE + c] = c < count ? rows[c * TILE + lane + i] : 0;
  }
}

// grad [rows, M] += a x over `depth` terms, for the first `columns` columns.
static inline __attribute__((always_inline)) void add_rows(float* grad, int M, const float* a, long ar, long ak,
                                                           const float* x, int depth, int columns, const int rows) {
  int c = 0;
  for (; c + BLOCK <= columns; c += BLOCK)
    product_block(grad + c, M, a, ar, ak, x + c, depth, CONTINUE, 0, rows);
  if (c == columns) return;
  float rest[ROWS * BLOCK];
  product_block(rest, BLOCK, a, ar, ak, x + c, depth, BEGIN, 0, rows);
  for (int r = 0; r < rows; r++)
    for (int i = 0; c + i < columns; i++) grad[r * M + c + i] += rest[r * BLOCK + i];
}

// grad [K + 1, M] += [x; 1] dy': x [K][TILE] and dy [M][TILE] multiplied over lanes, then the sums of dy.
static void add_outer(float* grad, const float* x, const float* dy, int K, int M, int lanes) {
  const float one = 1;
  float transposed[TILE * TILE];
  for (int m = 0; m < M; m += TILE) {
    const int columns = M - m < TILE ? M - m : TILE;
    transpose(transposed, dy + m * TILE, columns, lanes);
    int k = 0;
    for (; k + ROWS <= K; k += ROWS)
      add_rows(grad + k * M + m, M, x + k * TILE, TILE, 1, transposed, lanes, columns, ROWS);
    for (; k < K; k++) add_rows(grad + k * M + m, M, x + k * TILE, TILE, 1, transposed, lanes, columns, 1);
    add_rows(grad + K * M + m, M, &one, 0, 0, transposed, lanes, columns, 1);
  }
}
