// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): random
// words as a pure function of a key and a counter, so that a number depends on the seed and the
// global environment index and never on how environments are split over ranks.

#pragma once

#include <stdint.h>

// Fourth counter word: which use the numbers are for, in its lowest 8 bits.
enum {
  STREAM_RESET = 1,
  STREAM_ACTION = 2,
  STREAM_PLACEMENT = 3,
  STREAM_DRAW = 4,
  STREAM_COMMAND = 5,
  STREAM_OBSERVATION = 6,
  STREAM_PUSH = 7,
  STREAM_VARIANT = 8,
  STREAM_UPDATE = 9,
  STREAM_UPDATE_NEXT = 10,
  STREAM_PERTURBATION = 11,
  STREAM_SHUFFLE = 12,
};

typedef struct {
  uint32_t word[4];
} Philox;

static inline Philox philox(uint32_t key0, uint32_t key1, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
  for (int round = 0; round < 10; round++) {
    const uint64_t product0 = (uint64_t)0xD2511F53u * c0;
    const uint64_t product1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(product1 >> 32) ^ c1 ^ key0;
    c2 = (uint32_t)(product0 >> 32) ^ c3 ^ key1;
    c1 = (uint32_t)product1;
    c3 = (uint32_t)product0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return (Philox){{c0, c1, c2, c3}};
}

// Uniform in [0, 1) with 53 bits.
static inline double uniform53(uint32_t high, uint32_t low) {
  return ((double)(high >> 5) * 67108864.0 + (double)(low >> 6)) * (1.0 / 9007199254740992.0);
}
