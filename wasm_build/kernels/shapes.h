// What every kernel shares: the shape alphabet, exported names, vector types.
//
//   B environments of this rank   T control steps of a rollout   N samples of a batch
//   O observation   A action   K choices   S signals   H hidden width   F features of a packed sample
//
// Arguments come in the order outputs, inputs, sizes. No malloc, no globals. Python has checked
// shapes, dtypes and ranges (websim/kernels.py, websim/engine/): C trusts. Each kernel's reference, in
// plain numpy, is in tests/kernels/reference.py; the tests run it against the native and the wasm build.

#pragma once

#include <stdint.h>

#if defined(__wasm__)
#define WS_EXPORT __attribute__((visibility("default"), used))
#else
#define WS_EXPORT __attribute__((visibility("default")))
#endif

// Batches of samples are stored in tiles: [ceil(N / TILE)][features][TILE]. Samples are the SIMD
// lanes, so any width of a layer vectorises, and a tile's working set stays in the L1 cache.
enum { TILE = 64 };

// LANES: floats per hardware vector. A micro-kernel holds ROWS x BLOCK accumulators.
#if defined(__AVX512F__)
enum { LANES = 16, BLOCK = 16, ROWS = 8 };
#elif defined(__AVX__)
enum { LANES = 8, BLOCK = 16, ROWS = 4 };
#else
enum { LANES = 4, BLOCK = 8, ROWS = 4 };
#endif

typedef float vf __attribute__((vector_size(LANES * 4)));
typedef int32_t vi __attribute__((vector_size(LANES * 4)));
typedef float vf_unaligned __attribute__((vector_size(LANES * 4), aligned(4)));

static inline vf vf_load(const float* p) { return *(const vf_unaligned*)p; }
static inline void vf_store(float* p, vf v) { *(vf_unaligned*)p = v; }
static inline vf vf_splat(float x) { return x - (vf){0}; }

static inline float vf_sum(vf v) {
  float lanes[LANES];
  vf_store(lanes, v);
  for (int width = LANES / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
  return lanes[0];
}

static inline int tile_count(int n) { return (n + TILE - 1) / TILE; }

// Samples in tile `t`.
static inline int tile_samples(int n, int t) { return n - t * TILE < TILE ? n - t * TILE : TILE; }

// Lanes of tile `t` that hold samples, rounded up to whole BLOCKs (16 at most).
static inline int tile_lanes(int n, int t) {
  return (tile_samples(n, t) + 15) / 16 * 16;
}
