// Polyak averaging: target += tau * (params - target), n numbers.

#include "shapes.h"

WS_EXPORT void ws_sac_polyak(float* target, const float* params, int32_t n, float tau) {
  for (int i = 0; i < n; i++) target[i] += tau * (params[i] - target[i]);
}
