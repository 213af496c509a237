// Forward and backward pass of a multi-layer perceptron: hidden layers of one activation, linear output.
//
// widths [L + 1]: inputs, hidden layers (none: a linear map), outputs. params: for each layer W [in, out]
// row-major, then b [out]. x, hidden and out are tiles; x_features is the number of features in x's tiles,
// of which the first widths[0] are the input. hidden holds what the backward pass needs of a tile: all
// hidden activations [sum of widths][TILE], and for SiLU then their slopes [sum of widths][TILE].

#include "activation.h"
#include "product.h"

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
      multiply(output, layer, BY_COLUMN, M, layer + (long)K * M, input, M, K, lanes);
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
        const float* input = l > 0 ? layer_hidden : x + (long)t * x_features * TILE;
        add_outer(grad + offset, input, dy, K, M, lanes);
      }
      if (l == 0 && !dx) break;
      float* dinput = l > 0 ? scratch + (l & 1) * widest * TILE : dx + (long)t * K * TILE;
      multiply(dinput, params + offset, BY_ROW, M, 0, dy, K, M, lanes);
      if (l > 0) multiply_slopes(dinput, layer_hidden, layer_hidden + slopes, activation, K, lanes);
      dy = dinput;
    }
  }
}
