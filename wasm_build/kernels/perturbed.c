// Policies that differ from one another: of evolution strategies each environment has the shared parameters plus
// noise of its own, which is a function of (seed, direction, iteration) and therefore never stored or sent.
//
// D directions, P parameters; environment e of the run plays direction e / 2.

#include "activation.h"
#include "philox.h"
#include "shapes.h"

enum { NOISES = 4 * LANES };

// The standard normals `first` .. `first + NOISES - 1` of a direction; `first` is a multiple of 4.
static inline void direction_noise(float* noise, uint32_t seed_lo, uint32_t seed_hi, uint32_t direction,
                                   uint32_t iteration, int first) {
  vi words[4] = {{0}};
  for (int i = 0; i < LANES; i++) {
    const Philox random = philox(seed_lo, seed_hi, direction, iteration, first / 4 + i, STREAM_PERTURBATION);
    for (int j = 0; j < 4; j++) words[j][i] = (int32_t)random.word[j];
  }
  vf z[4];
  vf_normal_pair(words[0], words[1], &z[0], &z[1]);
  vf_normal_pair(words[2], words[3], &z[2], &z[3]);
  for (int i = 0; i < LANES; i++)
    for (int j = 0; j < 4; j++) noise[4 * i + j] = z[j][i];
}

// policies [B, P] = params [P] + scale [B] * noise of the environment's direction.
WS_EXPORT void ws_perturb(float* policies, const float* params, const float* scale, uint32_t seed_lo, uint32_t seed_hi,
                          int32_t first_env, int32_t P, int32_t B, uint32_t iteration) {
  float noise[NOISES];
  for (int b = 0; b < B; b++)
    for (int first = 0; first < P; first += NOISES) {
      direction_noise(noise, seed_lo, seed_hi, (first_env + b) / 2, iteration, first);
      for (int p = first; p < first + NOISES && p < P; p++)
        policies[(long)b * P + p] = params[p] + scale[b] * noise[p - first];
    }
}

// sum [P] = weights [D] . noise of all directions.
WS_EXPORT void ws_sum_noise(float* sum, const float* weights, uint32_t seed_lo, uint32_t seed_hi, int32_t P, int32_t D,
                            uint32_t iteration) {
  float noise[NOISES];
  for (int p = 0; p < P; p++) sum[p] = 0;
  for (int d = 0; d < D; d++) {
    if (weights[d] == 0) continue;
    for (int first = 0; first < P; first += NOISES) {
      direction_noise(noise, seed_lo, seed_hi, d, iteration, first);
      for (int p = first; p < first + NOISES && p < P; p++) sum[p] += weights[d] * noise[p - first];
    }
  }
}

// y [M] = b + x [K] W, the layer being W [K, M] row-major, then b [M].
static inline void layer_product(float* restrict y, const float* restrict x, const float* restrict layer, int K,
                                 int M) {
  for (int m = 0; m < M; m++) y[m] = layer[(long)K * M + m];
  for (int k = 0; k < K; k++)
    for (int m = 0; m < M; m++) y[m] += x[k] * layer[(long)k * M + m];
}

// out [B, A] of a perceptron for each row of x [B, O] with that row's parameters [B, P], laid out as in mlp.c.
// scratch: 3 * width, which is at least 16 more than the widest layer.
WS_EXPORT void ws_forward_each(float* out, float* scratch, const float* x, const float* policies,
                               const int32_t* widths, int32_t L, int32_t activation, int32_t width, int32_t B) {
  float* slopes = scratch + 2 * width;  // the backward pass's, which there is none of
  const float* layer = policies;
  for (int b = 0; b < B; b++) {
    const float* input = x + (long)b * widths[0];
    for (int l = 0; l < L; l++) {
      const int K = widths[l], M = widths[l + 1], last = l == L - 1;
      float* output = last ? out + (long)b * M : scratch + (l & 1) * width;
      layer_product(output, input, layer, K, M);
      if (!last) activate(output, slopes, activation, 1, (M + LANES - 1) / LANES * LANES);
      input = output;
      layer += (long)K * M + M;
    }
  }
}
