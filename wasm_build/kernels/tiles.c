// Moves samples between rows [N, F] and tiles [ceil(N / TILE)][F][TILE] (see shapes.h).
// Lanes beyond N are zero, so they add nothing to sums.

#include "shapes.h"

// tiles <- rows[index[n]]; index may be null: rows in order.
WS_EXPORT void ws_gather_tiles(float* tiles, const float* rows, const int32_t* index, int32_t N, int32_t F) {
  for (int t = 0; t < tile_count(N); t++) {
    float* tile = tiles + (long)t * F * TILE;
    for (int lane = 0; lane < TILE; lane++) {
      const int n = t * TILE + lane;
      if (n >= N) {
        for (int f = 0; f < F; f++) tile[f * TILE + lane] = 0;
        continue;
      }
      const float* row = rows + (long)(index ? index[n] : n) * F;
      for (int f = 0; f < F; f++) tile[f * TILE + lane] = row[f];
    }
  }
}

WS_EXPORT void ws_tiles_to_rows(float* rows, const float* tiles, int32_t N, int32_t F) {
  for (int n = 0; n < N; n++) {
    const float* tile = tiles + (long)(n / TILE) * F * TILE + n % TILE;
    for (int f = 0; f < F; f++) rows[(long)n * F + f] = tile[f * TILE];
  }
}
