// Forward and backward pass of a multi-layer perceptron: hidden layers of one activation, linear output.
//
// widths [L + 1]: inputs, hidden layers (none: a linear map), outputs. params: for each layer W [in, out]
// row-major, then b [out]. x, hidden and out are tiles; x_features is the number of features in x's tiles,
// of which the first widths[0] are the input. hidden holds what the backward pass needs of a tile: all
// hidden activations [sum of widths][TILE], and for SiLU then their slopes [sum of widths][TILE].

#include "activation.h"
#include "shapes.h"

static inline int hidden_width(const int32_t* widths, int L) {
  int total = 0;
  for (int l = 1; l < L; l++) total += widths[l];
  return total;
}

static inline long layer_size(const int32_t* widths, int l) { return (long)widths[l] * widths[l + 1] + widths[l + 1]; }

static inline long param_count(const int32_t* widths, int L) {
  long total = 0;
  for (int l = 0; l < L; l++) total += layer_size(widths, l);
  return total;
}

// out[r][lane] = start + sum_k a[r * ar + k * ak] x[k][lane] for `rows` rows and BLOCK lanes.
// Inlined with constant `rows`, so that the accumulators live in registers.
static inline __attribute__((always_inline)) void product_block(float* out, const float* a, long ar, long ak,
                                                                const float* start, const float* x, int K,
                                                                const int rows) {
  enum { V = BLOCK / LANES };
  vf acc[ROWS][V];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < V; v++) acc[r][v] = vf_splat(start ? start[r] : 0.0f);
  for (int k = 0; k < K; k++) {
    vf xk[V];
    for (int v = 0; v < V; v++) xk[v] = vf_load(x + k * TILE + v * LANES);
    for (int r = 0; r < rows; r++) {
      const vf scale = vf_splat(a[r * ar + k * ak]);
      for (int v = 0; v < V; v++) acc[r][v] += scale * xk[v];
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < V; v++) vf_store(out + r * TILE + v * LANES, acc[r][v]);
}

// out [M][TILE] = start [M] + a x: a [M, K] with strides (ar, ak), x [K][TILE].
static void product_simd(float* out, const float* a, long ar, long ak, const float* start, const float* x, int M,
                         int K, int lanes) {
  for (int lane = 0; lane < lanes; lane += BLOCK) {
    int m = 0;
    for (; m + ROWS <= M; m += ROWS)
      product_block(out + m * TILE + lane, a + m * ar, ar, ak, start ? start + m : 0, x + lane, K, ROWS);
    for (; m + 2 <= M; m += 2)
      product_block(out + m * TILE + lane, a + m * ar, ar, ak, start ? start + m : 0, x + lane, K, 2);
    for (; m < M; m++)
      product_block(out + m * TILE + lane, a + m * ar, ar, ak, start ? start + m : 0, x + lane, K, 1);
  }
}

// grad [K, M] += x [K][TILE] . dy [M][TILE] over lanes, for `ks` x `ms` entries.
static inline __attribute__((always_inline)) void outer_block(float* grad, const float* x, const float* dy, int M,
                                                              int lanes, const int ks, const int ms) {
  vf acc[4][2];
  for (int k = 0; k < ks; k++)
    for (int m = 0; m < ms; m++) acc[k][m] = vf_splat(0);
  for (int lane = 0; lane < lanes; lane += LANES) {
    vf dym[2];
    for (int m = 0; m < ms; m++) dym[m] = vf_load(dy + m * TILE + lane);
    for (int k = 0; k < ks; k++) {
      const vf xk = vf_load(x + k * TILE + lane);
      for (int m = 0; m < ms; m++) acc[k][m] += xk * dym[m];
    }
  }
  for (int k = 0; k < ks; k++)
    for (int m = 0; m < ms; m++) grad[k * M + m] += vf_sum(acc[k][m]);
}

static void outer_simd(float* grad, const float* x, const float* dy, int K, int M, int lanes) {
  int k = 0;
  for (; k + 4 <= K; k += 4) {
    int m = 0;
    for (; m + 2 <= M; m += 2) outer_block(grad + k * M + m, x + k * TILE, dy + m * TILE, M, lanes, 4, 2);
    for (; m < M; m++) outer_block(grad + k * M + m, x + k * TILE, dy + m * TILE, M, lanes, 4, 1);
  }
  for (; k < K; k++)
    for (int m = 0; m < M; m++) outer_block(grad + k * M + m, x + k * TILE, dy + m * TILE, M, lanes, 1, 1);
}

WS_EXPORT void ws_mlp_forward(float* out, float* hidden, const float* x, const float* params, const int32_t* widths,
                              int32_t L, int32_t activation, int32_t x_features, int32_t N) {
  const long slopes = (long)hidden_width(widths, L) * TILE;
  const long stored = activation_keeps_slopes(activation) ? 2 * slopes : slopes;
  for (int t = 0; t < tile_count(N); t++) {
    const int lanes = tile_lanes(N, t);
    const float* input = x + (long)t * x_features * TILE;
    float* layer_hidden = hidden + t * stored;
    const float* layer = params;
    for (int l = 0; l < L; l++) {
      const int K = widths[l], M = widths[l + 1], last = l == L - 1;
      float* output = last ? out + (long)t * M * TILE : layer_hidden;
      product_simd(output, layer, 1, M, layer + (long)K * M, input, M, K, lanes);
      if (!last) {
        activate(output, output + slopes, activation, M, lanes);
        layer_hidden += M * TILE;
      }
      input = output;
      layer += layer_size(widths, l);
    }
  }
}

// grad [params] += gradient of sum(out * dout) over the N samples; dx, tiles of widths[0] features, is set to
// its gradient with respect to x. Either may be null. scratch: 2 * max(widths) * TILE.
WS_EXPORT void ws_mlp_backward(float* grad, float* dx, float* scratch, const float* dout, const float* hidden,
                               const float* x, const float* params, const int32_t* widths, int32_t L,
                               int32_t activation, int32_t x_features, int32_t N) {
  const long slopes = (long)hidden_width(widths, L) * TILE;
  const long stored = activation_keeps_slopes(activation) ? 2 * slopes : slopes;
  int widest = 0;
  for (int l = 0; l <= L; l++) widest = widths[l] > widest ? widths[l] : widest;
  for (int t = 0; t < tile_count(N); t++) {
    const int lanes = tile_lanes(N, t);
    const float* dy = dout + (long)t * widths[L] * TILE;
    const float* layer_hidden = hidden + t * stored + slopes;
    long offset = param_count(widths, L);
    for (int l = L - 1; l >= 0; l--) {
      const int K = widths[l], M = widths[l + 1];
      offset -= layer_size(widths, l);
      if (l > 0) layer_hidden -= K * TILE;
      if (grad) {
        outer_simd(grad + offset, l > 0 ? layer_hidden : x + (long)t * x_features * TILE, dy, K, M, lanes);
        for (int m = 0; m < M; m++) {
          vf sum = vf_splat(0);
          for (int lane = 0; lane < lanes; lane += LANES) sum += vf_load(dy + m * TILE + lane);
          grad[offset + (long)K * M + m] += vf_sum(sum);
        }
      }
      if (l == 0 && !dx) break;
      float* dinput = l > 0 ? scratch + (l & 1) * widest * TILE : dx + (long)t * K * TILE;
      product_simd(dinput, params + offset, M, 1, 0, dy, K, M, lanes);
      if (l > 0) multiply_slopes(dinput, layer_hidden, layer_hidden + slopes, activation, K, lanes);
      dy = dinput;
    }
  }
}
