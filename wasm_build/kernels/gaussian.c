// Samples a diagonal Gaussian policy and its log-probability.
//
// action [B, A], logprob [B], mean tiles of A features, log_std [A]. A number depends on
// (seed, step, global environment index, dimension) alone.

#include "fastmath.h"
#include "philox.h"
#include "shapes.h"

WS_EXPORT void ws_gaussian_sample(float* action, float* logprob, const float* mean, const float* log_std,
                                  uint32_t seed_lo, uint32_t seed_hi, uint32_t step, int32_t first_env, int32_t A,
                                  int32_t B) {
  const float half_log_2pi = 0.918938533f;
  for (int start = 0; start < B; start += LANES) {
    const int lanes = B - start < LANES ? B - start : LANES;
    const float* tile = mean + (long)(start / TILE) * A * TILE + start % TILE;
    vf total = vf_splat(0);
    for (int a = 0; a < A; a += 2) {
      vi words0 = {0}, words1 = {0};
      for (int i = 0; i < lanes; i++) {
        const Philox random = philox(seed_lo, seed_hi, first_env + start + i, step, a / 2, STREAM_ACTION);
        words0[i] = (int32_t)random.word[0];
        words1[i] = (int32_t)random.word[1];
      }
      vf z[2];
      vf_normal_pair(words0, words1, &z[0], &z[1]);
      for (int j = 0; j < 2 && a + j < A; j++) {
        const vf std = vf_exp(vf_splat(log_std[a + j]));
        const vf x = vf_load(tile + (a + j) * TILE) + std * z[j];
        for (int i = 0; i < lanes; i++) action[(start + i) * A + a + j] = x[i];
        total -= 0.5f * z[j] * z[j] + log_std[a + j] + half_log_2pi;
      }
    }
    for (int i = 0; i < lanes; i++) logprob[start + i] = total[i];
  }
}
