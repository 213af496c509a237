// Adam (Kingma and Ba 2015) after clipping the gradient to a global L2 norm.
//
// Returns the norm before clipping; when it is not finite, nothing is changed.
// correction1, correction2: 1 - beta1^step, 1 - beta2^step.
// 11,000 parameters: 5 us natively (AVX-512), 13 us in WebAssembly.

#include "fastmath.h"
#include "shapes.h"

// One for each lane of a vector of floats, in the precision in which squares are summed.
typedef double vd __attribute__((vector_size(LANES * 8)));

static double norm_of(const float* grad, int n) {
  enum { SUMS = 2 };  // so that additions need not wait for each other
  vd squares[SUMS] = {0};
  int i = 0;
  for (; i + SUMS * LANES <= n; i += SUMS * LANES)
    for (int s = 0; s < SUMS; s++) {
      const vd g = __builtin_convertvector(vf_load(grad + i + s * LANES), vd);
      squares[s] += g * g;
    }
  const vd lanes = squares[0] + squares[1];
  double square = 0;
  for (int lane = 0; lane < LANES; lane++) square += lanes[lane];
  for (; i < n; i++) square += (double)grad[i] * grad[i];
  return __builtin_elementwise_sqrt(square);
}

WS_EXPORT double ws_adam(float* params, float* first, float* second, const float* grad, float learning_rate,
                         float beta1, float beta2, float epsilon, float correction1, float correction2,
                         float max_norm, int32_t n) {
  const double norm = norm_of(grad, n);
  if (!(norm < 1e30)) return norm;
  const float clip = norm > max_norm ? (float)(max_norm / (norm + 1e-6)) : 1.0f;
  const float step = learning_rate / correction1, unbiased2 = 1 / correction2;
  // No array overlaps another, which the compiler cannot know.
#pragma clang loop vectorize(assume_safety)
  for (int i = 0; i < n; i++) {
    const float g = grad[i] * clip;
    const float m = beta1 * first[i] + (1 - beta1) * g, v = beta2 * second[i] + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    params[i] -= step * m / (__builtin_elementwise_sqrt(v * unbiased2) + epsilon);
  }
  return norm;
}
