// Samples a choice among K actions: its number, its log-probability, and the controls that it stands for.
//
// action: rows of `stride` floats, of which the number and then the log-probability are written.
// control [B, A]: the chosen row of table [K, A]. logits: tiles of K features.
// A choice depends on (seed, step, global environment index) and the logits alone.

#include "fastmath.h"
#include "philox.h"

WS_EXPORT void ws_categorical_sample(float* action, float* control, const float* logits, const float* table,
                                     uint32_t seed_lo, uint32_t seed_hi, int32_t first_env, int32_t stride, int32_t K,
                                     int32_t A, int32_t B, uint32_t step) {
  for (int start = 0; start < B; start += LANES) {
    const int lanes = B - start < LANES ? B - start : LANES;
    const float* logit = logits + (long)(start / TILE) * K * TILE + start % TILE;
    vf top = vf_load(logit), sum = vf_splat(0), uniform = vf_splat(0);
    for (int k = 1; k < K; k++) top = vf_max(top, vf_load(logit + k * TILE));
    for (int k = 0; k < K; k++) sum += vf_exp(vf_load(logit + k * TILE) - top);
    for (int i = 0; i < lanes; i++) {
      const Philox random = philox(seed_lo, seed_hi, first_env + start + i, step, 0, STREAM_ACTION);
      uniform[i] = (float)(random.word[0] >> 8) / 16777216.0f;  // [0, 1)
    }
    // The first k whose cumulative probability exceeds the uniform number.
    const vf target = uniform * sum;
    vf cumulative = vf_splat(0), number = vf_splat(0), chosen = vf_load(logit);
    for (int k = 0; k < K - 1; k++) {
      cumulative += vf_exp(vf_load(logit + k * TILE) - top);
      const vi beyond = cumulative <= target;
      number = vf_select(beyond, vf_splat((float)(k + 1)), number);
      chosen = vf_select(beyond, vf_load(logit + (k + 1) * TILE), chosen);
    }
    const vf log_prob = chosen - top - vf_log(sum);
    for (int i = 0; i < lanes; i++) {
      float* row = action + (long)(start + i) * stride;
      row[0] = number[i];
      row[1] = log_prob[i];
      for (int a = 0; a < A; a++) control[(long)(start + i) * A + a] = table[(int)number[i] * A + a];
    }
  }
}
