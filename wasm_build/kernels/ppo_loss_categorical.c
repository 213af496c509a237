// PPO's loss for a choice among K actions, its gradient at the networks' outputs, and an entropy bonus.
// logits [K] and dlogits are tiles; the chosen action's number is a sample's one action column (C = 1 in ppo_loss.h).

#include "ppo_loss.h"

WS_EXPORT void ws_ppo_loss_categorical(float* dlogits, float* dvalue, double* stats, const float* batch,
                                       const float* logits, const float* value, float clip, float value_coef,
                                       float entropy_coef, int32_t O, int32_t K, float scale, int32_t N) {
  for (int t = 0; t < tile_count(N); t++) {
    const int valid = tile_samples(N, t);
    const float* action = batch + ((long)t * (O + 4) + O) * TILE;
    const float* logit = logits + (long)t * K * TILE;
    float* dlogit = dlogits + (long)t * K * TILE;
    Lanes log_sum, entropy, log_prob, dlog_prob;
    vf entropy_sum = vf_splat(0);
    for (int lane = 0; lane < TILE; lane += LANES) {
      vf top = vf_load(logit + lane), sum = vf_splat(0), mean = vf_splat(0), chosen = vf_splat(0);
      for (int k = 1; k < K; k++) top = vf_max(top, vf_load(logit + k * TILE + lane));
      for (int k = 0; k < K; k++) {
        const vf x = vf_load(logit + k * TILE + lane) - top, e = vf_exp(x);
        sum += e;
        mean += e * x;
        chosen = vf_select(vf_load(action + lane) == (float)k, x, chosen);
      }
      const vf log = vf_log(sum);  // H = -sum p (x - ln sum e^x)
      vf_store(log_sum + lane, top + log);
      vf_store(entropy + lane, log - mean / sum);
      vf_store(log_prob + lane, chosen - log);
      entropy_sum += vf_select(vi_inside(lane, valid), vf_load(entropy + lane), vf_splat(0));
    }
    clipped_loss(dlog_prob, dvalue + (long)t * TILE, stats, log_prob, action + TILE, value + (long)t * TILE, clip,
                 value_coef, scale, valid);
    for (int k = 0; k < K; k++)
      for (int lane = 0; lane < TILE; lane += LANES) {
        const vi is_chosen = vf_load(action + lane) == (float)k, inside = vi_inside(lane, valid);
        const vf chosen = vf_select(is_chosen, vf_splat(1), vf_splat(0));
        const vf log_p = vf_load(logit + k * TILE + lane) - vf_load(log_sum + lane), p = vf_exp(log_p);
        const vf bonus = entropy_coef * scale * p * (log_p + vf_load(entropy + lane));
        vf_store(dlogit + k * TILE + lane,
                 vf_load(dlog_prob + lane) * (chosen - p) + vf_select(inside, bonus, vf_splat(0)));
      }
    stats[4] += vf_sum(entropy_sum);
  }
}
