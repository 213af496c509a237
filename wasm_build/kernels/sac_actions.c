// Actions of SAC (Haarnoja et al. 2018b, appendix C): tanh of a diagonal Gaussian whose mean and deviation the
// actor gives, their log-probability, and the gradient through both by reparameterisation.
//
// outputs: tiles of 2 A features, means and then what tanh takes to ln std in [LOG_STD_MIN, LOG_STD_MAX].
// action: tiles of `features` features, the address of the first of A. log_prob: tiles of 1, noise: of A features.
// A sample's noise depends on (seed, number[n], counter, dimension, stream) alone, whatever rank holds it.

#include "fastmath.h"
#include "philox.h"
#include "shapes.h"

#define LOG_STD_MIN -5.0f
#define LOG_STD_MAX 2.0f

static inline vf log_std_of(vf squashed) {
  return LOG_STD_MIN + 0.5f * (LOG_STD_MAX - LOG_STD_MIN) * (squashed + 1.0f);
}

// ln(1 - tanh(u)^2), which would lose all digits as written.
static inline vf log_slope_of_tanh(vf u) {
  const vf size = vf_max(u, -u);
  return 2.0f * (0.69314718f - size - vf_log(1.0f + vf_exp(-2.0f * size)));
}

WS_EXPORT void ws_sac_sample(float* action, float* log_prob, float* noise, const float* outputs,
                             const int32_t* number, uint32_t seed_lo, uint32_t seed_hi, uint32_t stream,
                             int32_t features, int32_t A, uint32_t counter, int32_t N) {
  const float half_log_2pi = 0.918938533f;
  for (int start = 0; start < N; start += LANES) {
    const int lanes = N - start < LANES ? N - start : LANES;
    const long tile = start / TILE;
    const int lane = start % TILE;
    vf total = vf_splat(0);
    for (int a = 0; a < A; a += 2) {
      vi words0 = {0}, words1 = {0};
      for (int i = 0; i < lanes; i++) {
        const Philox random = philox(seed_lo, seed_hi, number[start + i], counter, a / 2, stream);
        words0[i] = (int32_t)random.word[0];
        words1[i] = (int32_t)random.word[1];
      }
      vf z[2];
      vf_normal_pair(words0, words1, &z[0], &z[1]);
      for (int j = a; j < a + 2 && j < A; j++) {
        const float* mean = outputs + (tile * 2 * A + j) * TILE + lane;
        const vf log_std = log_std_of(vf_tanh(vf_load(mean + A * TILE)));
        const vf u = vf_load(mean) + vf_exp(log_std) * z[j - a];
        vf_store(action + (tile * features + j) * TILE + lane, vf_tanh(u));
        vf_store(noise + (tile * A + j) * TILE + lane, z[j - a]);
        total -= 0.5f * z[j - a] * z[j - a] + log_std + half_log_2pi + log_slope_of_tanh(u);
      }
    }
    vf_store(log_prob + start, total);
  }
}

// doutputs = gradient of a loss at the outputs, given its gradient at the actions, daction: tiles of `dfeatures`
// features, the address of the first of A, and at the log-probability of each of the N samples, dlog_prob.
WS_EXPORT void ws_sac_sample_backward(float* doutputs, const float* daction, const float* action, const float* noise,
                                      const float* outputs, int32_t dfeatures, int32_t features, int32_t A,
                                      float dlog_prob, int32_t N) {
  for (int t = 0; t < tile_count(N); t++)
    for (int j = 0; j < A; j++)
      for (int lane = 0; lane < TILE; lane += LANES) {
        const long out = ((long)t * 2 * A + j) * TILE + lane;
        const vi inside = vi_inside(lane, tile_samples(N, t));
        const vf y = vf_load(action + ((long)t * features + j) * TILE + lane);
        const vf z = vf_load(noise + ((long)t * A + j) * TILE + lane);
        const vf squashed = vf_tanh(vf_load(outputs + out + A * TILE));
        const vf slope = 1.0f - y * y;
        const vf du = vf_load(daction + ((long)t * dfeatures + j) * TILE + lane) * slope + 2.0f * dlog_prob * y;
        const vf dlog_std = du * vf_exp(log_std_of(squashed)) * z - dlog_prob;
        const vf draw = dlog_std * 0.5f * (LOG_STD_MAX - LOG_STD_MIN) * (1.0f - squashed * squashed);
        vf_store(doutputs + out, vf_select(inside, du, vf_splat(0)));
        vf_store(doutputs + out + A * TILE, vf_select(inside, draw, vf_splat(0)));
      }
}
