// Mean and sum of squared deviations of columns, in double precision, over rows that arrive in batches (Welford).
// And their use: out = clip((x - mean) * inverse_std, -limit, limit).

#include "shapes.h"

// Takes rows [N, F] into mean and m2 [F] of `count` rows before them.
WS_EXPORT void ws_add_moments(double* mean, double* m2, const float* rows, double count, int32_t N, int32_t F) {
  for (int n = 0; n < N; n++) {
    const double weight = 1 / (count + n + 1);
    for (int f = 0; f < F; f++) {
      const double x = rows[(long)n * F + f], deviation = x - mean[f];
      mean[f] += deviation * weight;
      m2[f] += deviation * (x - mean[f]);
    }
  }
}

// out [N, stride] (the first F columns are written) from rows [N, F].
WS_EXPORT void ws_normalize(float* out, const float* rows, const float* mean, const float* inverse_std, float limit,
                            int32_t stride, int32_t N, int32_t F) {
  for (int n = 0; n < N; n++)
    for (int f = 0; f < F; f++) {
      const float x = (rows[(long)n * F + f] - mean[f]) * inverse_std[f];
      out[(long)n * stride + f] = x < -limit ? -limit : x > limit ? limit : x;
    }
}
