// PPO's clipped loss and its gradient at the networks' outputs (Schulman et al. 2017, eq. 7 and 9),
// plus the entropy bonus of a diagonal Gaussian.
//
// batch: tiles of F = O + A + 3 features: observation, action, old log-probability, advantage, return.
// mean [A] and value [1] are tiles; so are their gradients. dlog_std [A] and stats [4] are added to.
// stats: sums of policy loss, value loss, KL estimate (r - 1) - ln r, clipped samples.
// scale = 1 / samples of the whole minibatch over all ranks.

#include "fastmath.h"
#include "shapes.h"

WS_EXPORT void ws_ppo_loss(float* dmean, float* dvalue, float* dlog_std, double* stats, const float* batch,
                           const float* mean, const float* value, const float* log_std, float clip, float value_coef,
                           float entropy_coef, float scale, int32_t O, int32_t A, int32_t N) {
  const float half_log_2pi = 0.918938533f;
  const int F = O + A + 3;
  for (int t = 0; t < tile_count(N); t++) {
    const float* tile = batch + (long)t * F * TILE;
    for (int lane = 0; lane < TILE; lane += LANES) {
      const float* sample = tile + lane;
      const long at_mean = (long)t * A * TILE + lane, at_value = (long)t * TILE + lane;
      vf valid = vf_splat(1);
      for (int i = 0; i < LANES; i++) valid[i] = t * TILE + lane + i < N;

      vf log_prob = vf_splat(0);
      for (int a = 0; a < A; a++) {
        const vf z = (vf_load(sample + (O + a) * TILE) - vf_load(mean + at_mean + a * TILE)) *
                     vf_exp(vf_splat(-log_std[a]));
        log_prob -= 0.5f * z * z + log_std[a] + half_log_2pi;
      }
      const vf advantage = vf_load(sample + (O + A + 1) * TILE);
      const vf log_ratio = vf_clamp(log_prob - vf_load(sample + (O + A) * TILE), -20.0f, 20.0f);
      const vf ratio = vf_exp(log_ratio);
      const vf clipped = vf_clamp(ratio, 1.0f - clip, 1.0f + clip);
      const vi outside = ratio != clipped;
      const vf plain_gain = ratio * advantage, clipped_gain = clipped * advantage;
      const vi use_clipped = clipped_gain < plain_gain;
      const vf gain = vf_select(use_clipped, clipped_gain, plain_gain);
      const vf dlog_prob = vf_select(use_clipped, vf_splat(0), -plain_gain * scale) * valid;

      for (int a = 0; a < A; a++) {
        const vf inverse_std = vf_exp(vf_splat(-log_std[a]));
        const vf z = (vf_load(sample + (O + a) * TILE) - vf_load(mean + at_mean + a * TILE)) * inverse_std;
        vf_store(dmean + at_mean + a * TILE, vf_select(valid > 0, dlog_prob * z * inverse_std, vf_splat(0)));
        dlog_std[a] += vf_sum(vf_select(valid > 0, dlog_prob * (z * z - 1.0f) - entropy_coef * scale, vf_splat(0)));
      }
      const vf error = vf_load(value + at_value) - vf_load(sample + (O + A + 2) * TILE);
      vf_store(dvalue + at_value, vf_select(valid > 0, value_coef * scale * error, vf_splat(0)));

      stats[0] -= vf_sum(vf_select(valid > 0, gain, vf_splat(0)));
      stats[1] += vf_sum(vf_select(valid > 0, 0.5f * error * error, vf_splat(0)));
      stats[2] += vf_sum(vf_select(valid > 0, (ratio - 1.0f) - log_ratio, vf_splat(0)));
      stats[3] += vf_sum(vf_select(outside & (valid > 0), vf_splat(1), vf_splat(0)));
    }
  }
}
