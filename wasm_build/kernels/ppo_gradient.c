// A rank's part of a minibatch: gather its samples, both networks forward, the loss, both networks backward, in one call.
// What a call costs is little beside it, but a rank that is a thread waits for Python's lock after each.
//
// gradient [P + 5], set: that of the parameters [actor | log_std | critic], then the sums of ppo_loss.h. P: their number.
// batch, outputs, value, doutputs, dvalue and both hidden: tiles for `capacity` samples, which many more pass in parts.
// scratch: as of ws_mlp_backward, for the wider network. samples: rows of F = O + C + 3. widths: of actor and critic, L
// layers each. C: columns of an action; log_std is empty where choices are discrete.

#include "shapes.h"

void ws_gather_tiles(float* tiles, const float* rows, const int32_t* index, int32_t N, int32_t F);
void ws_mlp_forward(float* out, float* hidden, const float* x, const float* params, const int32_t* widths, int32_t L,
                    int32_t activation, int32_t x_features, int32_t N);
void ws_mlp_backward(float* grad, float* dx, float* scratch, const float* dout, const float* hidden, const float* x,
                     const float* params, const int32_t* widths, int32_t L, int32_t activation, int32_t x_features,
                     int32_t N);
void ws_ppo_loss_gaussian(float* dmean, float* dvalue, float* dlog_std, double* stats, const float* batch,
                          const float* mean, const float* value, const float* log_std, float clip, float value_coef,
                          float entropy_coef, int32_t O, int32_t A, float scale, int32_t N);
void ws_ppo_loss_categorical(float* dlogits, float* dvalue, double* stats, const float* batch, const float* logits,
                             const float* value, float clip, float value_coef, float entropy_coef, int32_t O, int32_t K,
                             float scale, int32_t N);

WS_EXPORT void ws_ppo_gradient(float* gradient, float* batch, float* outputs, float* value, float* actor_hidden,
                               float* critic_hidden, float* doutputs, float* dvalue, float* scratch,
                               const float* samples, const float* params, const int32_t* actor_widths,
                               const int32_t* critic_widths, int32_t L, int32_t activation, int32_t log_std_at,
                               int32_t critic_at, int32_t P, int32_t C, int32_t capacity, float clip, float value_coef,
                               float entropy_coef, const int32_t* index, float scale, int32_t N) {
  const int32_t O = actor_widths[0], A = actor_widths[L], F = O + C + 3;
  const float* critic = params + critic_at;
  double sums[5] = {0};
  for (int i = 0; i < P; i++) gradient[i] = 0;
  for (int first = 0; first < N; first += capacity) {
    const int32_t n = N - first < capacity ? N - first : capacity;
    ws_gather_tiles(batch, samples, index + first, n, F);
    ws_mlp_forward(outputs, actor_hidden, batch, params, actor_widths, L, activation, F, n);
    ws_mlp_forward(value, critic_hidden, batch, critic, critic_widths, L, activation, F, n);
    if (log_std_at == critic_at)
      ws_ppo_loss_categorical(doutputs, dvalue, sums, batch, outputs, value, clip, value_coef, entropy_coef, O, A,
                              scale, n);
    else
      ws_ppo_loss_gaussian(doutputs, dvalue, gradient + log_std_at, sums, batch, outputs, value, params + log_std_at,
                           clip, value_coef, entropy_coef, O, A, scale, n);
    ws_mlp_backward(gradient, 0, scratch, doutputs, actor_hidden, batch, params, actor_widths, L, activation, F, n);
    ws_mlp_backward(gradient + critic_at, 0, scratch, dvalue, critic_hidden, batch, critic, critic_widths, L,
                    activation, F, n);
  }
  for (int i = 0; i < 5; i++) gradient[P + i] = (float)sums[i];
}
