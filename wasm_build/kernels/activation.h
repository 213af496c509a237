// Activations of hidden layers, and their slopes as the backward pass finds them: from the activation y where
// y determines it, else stored by the forward pass.

#pragma once

#include "fastmath.h"

enum { TANH, RELU, SILU, ELU };  // numbered as in websim/network.py

static inline int activation_keeps_slopes(int activation) { return activation == SILU; }

static inline vf vf_sigmoid(vf x) { return 1.0f / (1.0f + vf_exp(-x)); }

// `activate` for one activation. Inlined, so that the loop holds this one alone.
static inline __attribute__((always_inline)) void activate_by(const int activation, float* y, float* slopes, int M,
                                                              int lanes) {
  for (int m = 0; m < M; m++)
    for (int lane = m * TILE; lane < m * TILE + lanes; lane += LANES) {
      const vf x = vf_load(y + lane);
      if (activation == TANH) vf_store(y + lane, vf_tanh(x));
      if (activation == RELU) vf_store(y + lane, vf_max(x, vf_splat(0)));
      if (activation == ELU) vf_store(y + lane, vf_select(x < 0, vf_exp(x) - 1.0f, x));
      if (activation == SILU) {
        const vf s = vf_sigmoid(x);
        vf_store(y + lane, x * s);
        vf_store(slopes + lane, s + x * s * (1.0f - s));
      }
    }
}

// y [M][TILE] = f(y). slopes [M][TILE] is written where the activation keeps them.
static inline void activate(float* y, float* slopes, int activation, int M, int lanes) {
  switch (activation) {
    case TANH: activate_by(TANH, y, slopes, M, lanes); break;
    case RELU: activate_by(RELU, y, slopes, M, lanes); break;
    case SILU: activate_by(SILU, y, slopes, M, lanes); break;
    case ELU: activate_by(ELU, y, slopes, M, lanes); break;
  }
}

// dy [M][TILE] *= f' at what gave y.
static inline void multiply_slopes(float* dy, const float* y, const float* slopes, int activation, int M, int lanes) {
  for (int m = 0; m < M; m++)
    for (int lane = m * TILE; lane < m * TILE + lanes; lane += LANES) {
      const vf d = vf_load(dy + lane), v = vf_load(y + lane);
      switch (activation) {
        case TANH: vf_store(dy + lane, d * (1.0f - v * v)); break;
        case RELU: vf_store(dy + lane, vf_select(v > 0, d, vf_splat(0))); break;
        case SILU: vf_store(dy + lane, d * vf_load(slopes + lane)); break;
        case ELU: vf_store(dy + lane, vf_select(v < 0, d * (1.0f + v), d)); break;
      }
    }
}
