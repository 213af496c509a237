// Mean and sum of squared deviations of each column of rows [N, F], in double precision (two passes).
// And their use: out = clip((x - mean) * inverse_std, -limit, limit).

#include "shapes.h"

WS_EXPORT void ws_moments(double* mean, double* m2, const float* rows, int32_t N, int32_t F) {
  for (int f = 0; f < F; f++) mean[f] = m2[f] = 0;
  for (int n = 0; n < N; n++)
    for (int f = 0; f < F; f++) mean[f] += rows[(long)n * F + f];
  for (int f = 0; f < F; f++) mean[f] /= N;
  for (int n = 0; n < N; n++)
    for (int f = 0; f < F; f++) {
      const double deviation = rows[(long)n * F + f] - mean[f];
      m2[f] += deviation * deviation;
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
