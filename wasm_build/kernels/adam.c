// Adam (Kingma and Ba 2015) after clipping the gradient to a global L2 norm.
//
// Returns the norm before clipping; when it is not finite, nothing is changed.
// correction1, correction2: 1 - beta1^step, 1 - beta2^step.

#include "fastmath.h"
#include "shapes.h"

WS_EXPORT double ws_adam(float* params, float* first, float* second, const float* grad, float learning_rate,
                         float beta1, float beta2, float epsilon, float correction1, float correction2,
                         float max_norm, int32_t n) {
  double square = 0;
  for (int i = 0; i < n; i++) square += (double)grad[i] * grad[i];
  const double norm = __builtin_elementwise_sqrt(square);
  if (!(norm < 1e30)) return norm;
  const float clip = norm > max_norm ? (float)(max_norm / (norm + 1e-6)) : 1.0f;
  for (int i = 0; i < n; i++) {
    const float g = grad[i] * clip;
    first[i] = beta1 * first[i] + (1 - beta1) * g;
    second[i] = beta2 * second[i] + (1 - beta2) * g * g;
    params[i] -= learning_rate * (first[i] / correction1) /
                 (__builtin_elementwise_sqrt(second[i] / correction2) + epsilon);
  }
  return norm;
}
