// A rollout's samples in random order for the minibatches of an epoch: the same order on all ranks, of which each keeps
// those samples that it has.

#include "philox.h"
#include "shapes.h"

// owned [samples of this rank] holds them minibatch after minibatch; ends [M] where each minibatch's end in it.
// samples [N]: where this rank has each sample of all ranks, -1: another has it; order [N] is scratch.
// The order (Fisher and Yates, from the last to the first) depends on seed, iteration and epoch alone. A random word times n
// over 2^32 is a number below n, each as likely as the next to within n / 2^32.
WS_EXPORT void ws_shuffle(int32_t* owned, int32_t* ends, int32_t* order, const int32_t* samples, uint32_t seed_lo,
                          uint32_t seed_hi, int32_t N, int32_t M, uint32_t iteration, uint32_t epoch) {
  for (int i = 0; i < N; i++) order[i] = samples[i];
  Philox random = {{0}};
  for (int i = N - 1; i > 0; i--) {
    const int drawn = N - 1 - i;
    if (drawn % 4 == 0) random = philox(seed_lo, seed_hi, (uint32_t)drawn / 4, epoch, iteration, STREAM_SHUFFLE);
    const int j = (int)((uint64_t)random.word[drawn % 4] * (uint32_t)(i + 1) >> 32);
    const int32_t sample = order[i];
    order[i] = order[j];
    order[j] = sample;
  }
  int count = 0, i = 0;
  for (int m = 0; m < M; m++) {
    for (const int end = (int)((int64_t)(m + 1) * N / M); i < end; i++)
      if (order[i] >= 0) owned[count++] = order[i];
    ends[m] = count;
  }
}
