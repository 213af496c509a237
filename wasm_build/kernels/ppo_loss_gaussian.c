// PPO's loss for a diagonal Gaussian, its gradient at the networks' outputs, and an entropy bonus.
// mean [A] and dmean are tiles; dlog_std [A] is added to; the rest is in ppo_loss.h, with C = A.

#include "ppo_loss.h"

WS_EXPORT void ws_ppo_loss_gaussian(float* dmean, float* dvalue, float* dlog_std, double* stats, const float* batch,
                                    const float* mean, const float* value, const float* log_std, float clip,
                                    float value_coef, float entropy_coef, int32_t O, int32_t A, float scale,
                                    int32_t N) {
  const float half_log_2pi = 0.918938533f;
  float log_scale = 0;
  for (int a = 0; a < A; a++) log_scale += log_std[a] + half_log_2pi;
  for (int t = 0; t < tile_count(N); t++) {
    const int valid = tile_samples(N, t);
    const float* action = batch + ((long)t * (O + A + 3) + O) * TILE;
    float* z = dmean + (long)t * A * TILE;
    Lanes log_prob, dlog_prob;
    for (int lane = 0; lane < TILE; lane++) log_prob[lane] = -log_scale;
    for (int a = 0; a < A; a++) {
      const vf inverse_std = vf_exp(vf_splat(-log_std[a]));
      for (int lane = 0; lane < TILE; lane += LANES) {
        const long i = a * TILE + lane;
        const vf deviation = (vf_load(action + i) - vf_load(mean + (long)t * A * TILE + i)) * inverse_std;
        vf_store(z + i, deviation);
        vf_store(log_prob + lane, vf_load(log_prob + lane) - 0.5f * deviation * deviation);
      }
    }
    clipped_loss(dlog_prob, dvalue + (long)t * TILE, stats, log_prob, action + A * TILE, value + (long)t * TILE, clip,
                 value_coef, scale, valid);
    for (int a = 0; a < A; a++) {
      const vf inverse_std = vf_exp(vf_splat(-log_std[a]));
      vf sum = vf_splat(0);
      for (int lane = 0; lane < TILE; lane += LANES) {
        const vf deviation = vf_load(z + a * TILE + lane), slope = vf_load(dlog_prob + lane);
        vf_store(z + a * TILE + lane, slope * deviation * inverse_std);
        sum += slope * (deviation * deviation - 1.0f);
      }
      dlog_std[a] += vf_sum(sum) - entropy_coef * scale * (float)valid;
    }
    stats[4] += (double)valid * (log_scale + 0.5f * (float)A);
  }
}
