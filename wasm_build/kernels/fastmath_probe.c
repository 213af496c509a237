// Exposes the functions of fastmath.h on arrays, so that a test can hold them to libm.

#include "fastmath.h"

#define PROBE(name)                                                                       \
  WS_EXPORT void ws_probe_##name(float* out, const float* x, int32_t n) {                 \
    for (int i = 0; i + LANES <= n; i += LANES) vf_store(out + i, vf_##name(vf_load(x + i))); \
  }

PROBE(exp)
PROBE(log)
PROBE(tanh)

WS_EXPORT void ws_probe_sincos_turns(float* sine, float* cosine, const float* u, int32_t n) {
  for (int i = 0; i + LANES <= n; i += LANES) {
    vf s, c;
    vf_sincos_turns(vf_load(u + i), &s, &c);
    vf_store(sine + i, s);
    vf_store(cosine + i, c);
  }
}
