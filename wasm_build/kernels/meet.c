// Ranks that are threads of one process meet here, without Python's lock: to be woken takes longer than they wait.

#include "shapes.h"

// 1 when each of the W rounds is at least `round` (whole, below 2^53), or 0 after so many looks at one that is not.
WS_EXPORT int32_t ws_meet(const int64_t* rounds, double round, int32_t looks, int32_t W) {
  for (int w = 0; w < W; w++) {
    int left = looks;
    while (__atomic_load_n(rounds + w, __ATOMIC_ACQUIRE) < (int64_t)round) {
      if (--left <= 0) return 0;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  }
  return 1;
}

// sum [n] of all ranks' arrays, added in rank order: brings this rank's, the sum as it is, meets the others as ws_meet does
// and reads theirs. copies, sizes [W]: where each rank brings its array, and how long that is; where sizes differ, nothing is
// summed. Called again after a 0, it only goes on waiting.
WS_EXPORT int32_t ws_sum_ranks(float* sum, int64_t* rounds, const int64_t* copies, const int64_t* sizes, double round,
                               int32_t looks, int32_t rank, int32_t W) {
  const int64_t n = sizes[rank];
  if (rounds[rank] < (int64_t)round) {
    float* copy = (float*)(intptr_t)copies[rank];
    for (int64_t i = 0; i < n; i++) copy[i] = sum[i];
    __atomic_store_n(rounds + rank, (int64_t)round, __ATOMIC_RELEASE);
  }
  if (!ws_meet(rounds, round, looks, W)) return 0;
  for (int w = 0; w < W; w++)
    if (sizes[w] != n) return 1;
  for (int w = 0; w < W; w++) {
    const float* copy = (const float*)(intptr_t)copies[w];
    for (int64_t i = 0; i < n; i++) sum[i] = w ? sum[i] + copy[i] : copy[i];
  }
  return 1;
}
