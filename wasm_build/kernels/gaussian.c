// Samples a diagonal Gaussian policy: actions, their log-probability, and the controls they stand for.
//
// action: rows of `stride` floats, of which A actions and then the log-probability are written.
// control [B, A] = clip(offset + scale * action, low, high), each [A]. mean: tiles of A features.
// A number depends on (seed, step, global environment index, dimension) alone.

#include "fastmath.h"
#include "philox.h"
#include "shapes.h"

WS_EXPORT void ws_gaussian_sample(float* action, float* control, const float* mean, const float* log_std,
                                  const float* offset, const float* scale, const float* low, const float* high,
                                  uint32_t seed_lo, uint32_t seed_hi, int32_t first_env, int32_t stride, int32_t A,
                                  int32_t B, uint32_t step) {
  const float half_log_2pi = 0.918938533f;
  for (int start = 0; start < B; start += LANES) {
    const int lanes = B - start < LANES ? B - start : LANES;
    const float* tile = mean + (long)(start / TILE) * A * TILE + start % TILE;
    vf log_prob = vf_splat(0);
    for (int a = 0; a < A; a += 2) {
      vi words0 = {0}, words1 = {0};
      for (int i = 0; i < lanes; i++) {
        const Philox random = philox(seed_lo, seed_hi, first_env + start + i, step, a / 2, STREAM_ACTION);
        words0[i] = (int32_t)random.word[0];
        words1[i] = (int32_t)random.word[1];
      }
      vf z[2];
      vf_normal_pair(words0, words1, &z[0], &z[1]);
      for (int j = a; j < a + 2 && j < A; j++) {
        const vf x = vf_load(tile + j * TILE) + vf_exp(vf_splat(log_std[j])) * z[j - a];
        const vf c = vf_clamp(offset[j] + scale[j] * x, low[j], high[j]);
        for (int i = 0; i < lanes; i++) {
          action[(long)(start + i) * stride + j] = x[i];
          control[(long)(start + i) * A + j] = c[i];
        }
        log_prob -= 0.5f * z[j - a] * z[j - a] + log_std[j] + half_log_2pi;
      }
    }
    for (int i = 0; i < lanes; i++) action[(long)(start + i) * stride + A] = log_prob[i];
  }
}
