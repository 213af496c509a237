// The same passes as mlp.c in plain loops over rows: what the SIMD version is tested against.
// x [N, x_features], hidden [N, H], out and dout [N, widths[L]] are rows here.

#include "shapes.h"

// tanh by its continued fraction: independent of fastmath.h, exact to float precision.
static double tanh_ref(double x) {
  if (x > 20) return 1;
  if (x < -20) return -1;
  double tail = 0;
  for (int i = 121; i >= 1; i -= 2) tail = x * x / (i + tail);
  return tail / x;
}

WS_EXPORT void ws_mlp_forward_ref(float* out, float* hidden, const float* x, const float* params,
                                  const int32_t* widths, int32_t L, int32_t x_features, int32_t N) {
  int H = 0;
  for (int l = 1; l < L; l++) H += widths[l];
  for (int n = 0; n < N; n++) {
    const float* input = x + (long)n * x_features;
    float* activation = hidden + (long)n * H;
    const float* W = params;
    for (int l = 0; l < L; l++) {
      const int K = widths[l], M = widths[l + 1];
      float* output = l == L - 1 ? out + (long)n * M : activation;
      for (int m = 0; m < M; m++) {
        double sum = W[K * M + m];
        for (int k = 0; k < K; k++) sum += (double)W[k * M + m] * input[k];
        output[m] = l == L - 1 ? (float)sum : sum == 0 ? 0 : (float)tanh_ref(sum);
      }
      activation += M;
      input = output;
      W += K * M + M;
    }
  }
}

// dx scratch: 2 * max(widths) doubles.
WS_EXPORT void ws_mlp_backward_ref(double* grad, double* scratch, const float* dout, const float* hidden,
                                   const float* x, const float* params, const int32_t* widths, int32_t L,
                                   int32_t x_features, int32_t N) {
  int H = 0, size = 0, widest = 0;
  for (int l = 1; l < L; l++) H += widths[l];
  for (int l = 0; l < L; l++) size += widths[l] * widths[l + 1] + widths[l + 1];
  for (int l = 0; l <= L; l++) widest = widths[l] > widest ? widths[l] : widest;
  for (int n = 0; n < N; n++) {
    int offset = size, activation = (n + 1) * H;
    double* dy = scratch;
    double* dx = scratch + widest;
    for (int m = 0; m < widths[L]; m++) dy[m] = dout[n * widths[L] + m];
    for (int l = L - 1; l >= 0; l--) {
      const int K = widths[l], M = widths[l + 1];
      offset -= K * M + M;
      if (l > 0) activation -= K;
      const float* input = l > 0 ? hidden + activation : x + (long)n * x_features;
      for (int k = 0; k < K; k++) {
        dx[k] = 0;
        for (int m = 0; m < M; m++) {
          grad[offset + k * M + m] += input[k] * dy[m];
          dx[k] += params[offset + k * M + m] * dy[m];
        }
        dx[k] *= 1 - (double)input[k] * input[k];
      }
      for (int m = 0; m < M; m++) grad[offset + K * M + m] += dy[m];
      double* swap = dy;
      dy = dx;
      dx = swap;
    }
  }
}
