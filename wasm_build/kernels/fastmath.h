// Elementary functions for code without a C library (wasm32-freestanding), on vectors of floats.
// The kernels that use them are held to double-precision references by tests/kernels/.

#pragma once

#include "shapes.h"

static inline vf vf_select(vi mask, vf yes, vf no) {
  return (vf)(((vi)yes & mask) | ((vi)no & ~mask));
}

// Which of the lanes from `lane` on are among the first `valid`.
static inline vi vi_inside(int lane, int valid) {
  vi index;
  for (int i = 0; i < LANES; i++) index[i] = lane + i;
  return index < valid;
}

// x where y is not greater (less), as when x is NaN. WebAssembly's relaxed minimum, which the compiler would
// make of it, may drop a NaN.
static inline vf vf_max(vf x, vf y) {
#if defined(__wasm__)
  return __builtin_wasm_pmax_f32x4(x, y);
#else
  return vf_select(x < y, y, x);
#endif
}

static inline vf vf_min(vf x, vf y) {
#if defined(__wasm__)
  return __builtin_wasm_pmin_f32x4(x, y);
#else
  return vf_select(x > y, y, x);
#endif
}

static inline vf vf_clamp(vf x, float low, float high) { return vf_min(vf_max(x, vf_splat(low)), vf_splat(high)); }

// e^x, x clamped to [-87, 88]: 2^k times a degree-6 polynomial on [-ln2/2, ln2/2]. NaN stays NaN.
static inline vf vf_exp(vf x) {
  x = vf_clamp(x, -87.0f, 88.0f);
  // Adding 1.5 * 2^23 rounds to a whole number, which is then in the lowest bits: WebAssembly converts slowly.
  const vf shift = vf_splat(12582912.0f), shifted = x * 1.44269504f + shift;
  const vi k = (vi)shifted - (vi)shift;
  const vf kf = shifted - shift;
  const vf r = (x - kf * 0.693359375f) + kf * 2.12194440e-4f;
  vf p = vf_splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * (vf)((k + 127) << 23);
}

// tanh x: the odd rational approximation x P(x^2) / Q(x^2) on [-7.9, 7.9], +-1 beyond. NaN stays NaN.
static inline vf vf_tanh(vf x) {
  x = vf_clamp(x, -7.90531110763549805f, 7.90531110763549805f);
  const vf x2 = x * x;
  vf p = vf_splat(-2.76076847742355e-16f);
  p = p * x2 + 2.00018790482477e-13f;
  p = p * x2 - 8.60467152213735e-11f;
  p = p * x2 + 5.12229709037114e-08f;
  p = p * x2 + 1.48572235717979e-05f;
  p = p * x2 + 6.37261928875436e-04f;
  p = p * x2 + 4.89352455891786e-03f;
  vf q = vf_splat(1.19825839466702e-06f);
  q = q * x2 + 1.18534705686654e-04f;
  q = q * x2 + 2.26843463243900e-03f;
  q = q * x2 + 4.89352518554385e-03f;
  return x * p / q;
}

// ln x for normal x > 0: exponent plus a degree-8 polynomial on [sqrt(1/2), sqrt(2)].
static inline vf vf_log(vf x) {
  vi bits = (vi)x;
  vi exponent = (bits >> 23) - 127;
  vf m = (vf)((bits & 0x007fffff) | 0x3f800000);
  const vi big = m > vf_splat(1.41421356f);
  m = vf_select(big, m * 0.5f, m) - 1.0f;
  const vf e = __builtin_convertvector(exponent - big, vf);
  const vf m2 = m * m;
  vf p = vf_splat(7.0376836292e-2f);
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  p = p * m * m2 + e * -2.12194440e-4f - 0.5f * m2;
  return m + p + e * 0.693359375f;
}

// sin and cos of 2 pi u, u in [0, 1): reduced to [-1/8, 1/8] turns and two short polynomials.
static inline void vf_sincos_turns(vf u, vf* sine, vf* cosine) {
  const vi quadrant = __builtin_convertvector(u * 4.0f + 0.5f, vi);
  const vf x = (u - __builtin_convertvector(quadrant, vf) * 0.25f) * 6.28318531f;
  const vf x2 = x * x;
  vf s = vf_splat(-1.9515295891e-4f);
  s = s * x2 + 8.3321608736e-3f;
  s = s * x2 - 1.6666654611e-1f;
  s = s * x2 * x + x;
  vf c = vf_splat(2.443315711809948e-5f);
  c = c * x2 - 1.388731625493765e-3f;
  c = c * x2 + 4.166664568298827e-2f;
  c = c * x2 * x2 - 0.5f * x2 + 1.0f;
  const vi swap = (quadrant & 1) != 0;
  const vf sine_abs = vf_select(swap, c, s), cosine_abs = vf_select(swap, s, c);
  *sine = vf_select((quadrant & 2) != 0, -sine_abs, sine_abs);
  *cosine = vf_select(((quadrant + 1) & 2) != 0, -cosine_abs, cosine_abs);
}

static inline vf vf_sqrt(vf x) { return __builtin_elementwise_sqrt(x); }

// Two vectors of standard normals from two vectors of random words (Box and Muller, 1958).
static inline void vf_normal_pair(vi words0, vi words1, vf* z0, vf* z1) {
  const float ulp = 1.0f / 16777216.0f;
  const vf u0 = (__builtin_convertvector((words0 >> 8) & 0xffffff, vf) + 1.0f) * ulp;  // (0, 1]
  const vf u1 = __builtin_convertvector((words1 >> 8) & 0xffffff, vf) * ulp;           // [0, 1)
  const vf radius = vf_sqrt(-2.0f * vf_log(u0));
  vf sine, cosine;
  vf_sincos_turns(u1, &sine, &cosine);
  *z0 = radius * cosine;
  *z1 = radius * sine;
}
