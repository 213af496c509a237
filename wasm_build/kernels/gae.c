// Generalised advantage estimation (Schulman et al. 2016).
//
// advantages, returns [T, B] from rewards [T, B], values [T + 1, B], ended [T, B] (the episode ended
// with this step) and bootstrap [T, B] (the value after an ending step: that of the final observation
// where the episode was truncated, 0 where it terminated).

#include "shapes.h"

WS_EXPORT void ws_gae(float* advantages, float* returns, const float* rewards, const float* values,
                      const uint8_t* ended, const float* bootstrap, float gamma, float lambda, int32_t T, int32_t B) {
  for (int b = 0; b < B; b++) {
    float advantage = 0;
    for (int t = T - 1; t >= 0; t--) {
      const int i = t * B + b;
      const float next_value = ended[i] ? bootstrap[i] : values[i + B];
      const float delta = rewards[i] + gamma * next_value - values[i];
      advantage = delta + (ended[i] ? 0 : gamma * lambda * advantage);
      advantages[i] = advantage;
      returns[i] = advantage + values[i];
    }
  }
}
