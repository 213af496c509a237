// SAC's losses and their gradients at the twin critics' outputs (Haarnoja et al. 2018b, eq. 5 and 7, with the
// smaller of two values as Fujimoto et al. 2018). All arrays of one number a sample are tiles of 1 feature, so
// flat. sums are added to. scale = 1 / samples of the whole minibatch over all ranks.

#include "fastmath.h"
#include "shapes.h"

static inline vf inside_or_zero(vi inside, vf x) { return vf_select(inside, x, vf_splat(0)); }

// sums [4]: (q - target)^2 of both critics, values of both. batch: tiles of `features` features, the address of the
// reward, which 1 or 0 follows: whether anything comes after. next_q: of the target critics.
WS_EXPORT void ws_sac_critic_loss(float* dq1, float* dq2, double* sums, const float* q1, const float* q2,
                                  const float* next_q1, const float* next_q2, const float* next_log_prob,
                                  const float* batch, int32_t features, float gamma, float alpha, float scale,
                                  int32_t N) {
  for (int t = 0; t < tile_count(N); t++) {
    const float* reward = batch + (long)t * features * TILE;
    vf total[4] = {vf_splat(0), vf_splat(0), vf_splat(0), vf_splat(0)};
    for (int lane = 0; lane < TILE; lane += LANES) {
      const int i = t * TILE + lane;
      const vi inside = vi_inside(lane, tile_samples(N, t));
      const vf following = -vf_max(-vf_load(next_q1 + i), -vf_load(next_q2 + i)) - alpha * vf_load(next_log_prob + i);
      const vf target = vf_load(reward + lane) + gamma * vf_load(reward + TILE + lane) * following;
      const vf value1 = inside_or_zero(inside, vf_load(q1 + i)), value2 = inside_or_zero(inside, vf_load(q2 + i));
      const vf error1 = inside_or_zero(inside, value1 - target), error2 = inside_or_zero(inside, value2 - target);
      vf_store(dq1 + i, 2.0f * scale * error1);
      vf_store(dq2 + i, 2.0f * scale * error2);
      total[0] += error1 * error1;
      total[1] += error2 * error2;
      total[2] += value1;
      total[3] += value2;
    }
    for (int s = 0; s < 4; s++) sums[s] += vf_sum(total[s]);
  }
}

// Of alpha * log_prob - min(q1, q2). sums [2]: that loss, log_prob.
WS_EXPORT void ws_sac_actor_loss(float* dq1, float* dq2, double* sums, const float* q1, const float* q2,
                                 const float* log_prob, float alpha, float scale, int32_t N) {
  for (int t = 0; t < tile_count(N); t++) {
    vf loss = vf_splat(0), total_log_prob = vf_splat(0);
    for (int lane = 0; lane < TILE; lane += LANES) {
      const int i = t * TILE + lane;
      const vi inside = vi_inside(lane, tile_samples(N, t));
      const vf value1 = vf_load(q1 + i), value2 = vf_load(q2 + i), entropy_term = vf_load(log_prob + i);
      const vi first = value1 < value2;
      vf_store(dq1 + i, inside_or_zero(inside & first, vf_splat(-scale)));
      vf_store(dq2 + i, inside_or_zero(inside & ~first, vf_splat(-scale)));
      loss += inside_or_zero(inside, alpha * entropy_term - vf_select(first, value1, value2));
      total_log_prob += inside_or_zero(inside, entropy_term);
    }
    sums[0] += vf_sum(loss);
    sums[1] += vf_sum(total_log_prob);
  }
}
