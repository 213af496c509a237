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
