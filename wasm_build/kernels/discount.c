// Discounted returns so far in each episode, whose deviation scales rewards (as gymnasium's
// NormalizeReward does): sums [T, B], carry [B] from one rollout to the next.

#include "shapes.h"

WS_EXPORT void ws_discount(float* sums, float* carry, const float* rewards, const uint8_t* ended, float gamma, int32_t T,
                           int32_t B) {
  for (int t = 0; t < T; t++)
    for (int b = 0; b < B; b++) {
      const int i = t * B + b;
      sums[i] = gamma * carry[b] + rewards[i];
      carry[b] = ended[i] ? 0 : sums[i];
    }
}
