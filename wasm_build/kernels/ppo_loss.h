// PPO's clipped loss and its gradient (Schulman et al. 2017, eq. 7 and 9), whatever the action distribution.
//
// batch: tiles of F = O + C + 3 features: observation, action (C columns), old log-probability, advantage,
// return. value [1] is a tile and so is its gradient. stats [5] are added to: sums of policy loss, value loss,
// KL estimate (r - 1) - ln r, clipped samples, entropy. scale = 1 / samples of the whole minibatch over all ranks.

#pragma once

#include "fastmath.h"

// Numbers of a tile's samples.
typedef float Lanes[TILE];

// Of one tile with `valid` samples: dvalue, and the gradient with respect to the log-probabilities; 0 beyond `valid`.
// old: the tile's three last features.
static void clipped_loss(float* dlog_prob, float* dvalue, double* stats, const float* log_prob, const float* old,
                         const float* value, float clip, float value_coef, float scale, int valid) {
  vf policy_loss = vf_splat(0), value_loss = vf_splat(0), kl = vf_splat(0), clipped_count = vf_splat(0);
  for (int lane = 0; lane < TILE; lane += LANES) {
    const vi inside = vi_inside(lane, valid);
    const vf advantage = vf_load(old + TILE + lane);
    const vf log_ratio = vf_clamp(vf_load(log_prob + lane) - vf_load(old + lane), -20.0f, 20.0f);
    const vf ratio = vf_exp(log_ratio);
    const vf clipped = vf_clamp(ratio, 1.0f - clip, 1.0f + clip);
    const vf plain_gain = ratio * advantage, clipped_gain = clipped * advantage;
    const vi use_clipped = clipped_gain < plain_gain;
    const vf error = vf_load(value + lane) - vf_load(old + 2 * TILE + lane);
    vf_store(dlog_prob + lane, vf_select(inside & ~use_clipped, -plain_gain * scale, vf_splat(0)));
    vf_store(dvalue + lane, vf_select(inside, value_coef * scale * error, vf_splat(0)));

    policy_loss -= vf_select(inside, vf_select(use_clipped, clipped_gain, plain_gain), vf_splat(0));
    value_loss += vf_select(inside, 0.5f * error * error, vf_splat(0));
    kl += vf_select(inside, (ratio - 1.0f) - log_ratio, vf_splat(0));
    clipped_count += vf_select(inside & (ratio != clipped), vf_splat(1), vf_splat(0));
  }
  stats[0] += vf_sum(policy_loss);
  stats[1] += vf_sum(value_loss);
  stats[2] += vf_sum(kl);
  stats[3] += vf_sum(clipped_count);
}
