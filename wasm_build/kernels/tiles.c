// Moves samples between rows [N, F] and tiles [ceil(N / TILE)][F][TILE] (see shapes.h).
// Lanes beyond N are zero, so they add nothing to sums.

#include "transpose.h"

// Four lanes of a tile from four rows [F].
static inline void gather_four(float* tile, const float* const rows[4], int F) {
  const float* four[4] = {rows[0], rows[1], rows[2], rows[3]};
  int f = 0;
  for (; f + 4 <= F; f += 4) {
    transpose_4x4(tile + f * TILE, four);
    for (int i = 0; i < 4; i++) four[i] += 4;
  }
  for (; f < F; f++)
    for (int i = 0; i < 4; i++) tile[f * TILE + i] = rows[i][f];
}

// tiles <- rows[index[n]]; index may be null: rows in order.
WS_EXPORT void ws_gather_tiles(float* tiles, const float* rows, const int32_t* index, int32_t N, int32_t F) {
  for (int n = 0; n < tile_count(N) * TILE; n += 4) {
    float* tile = tiles + (long)(n / TILE) * F * TILE + n % TILE;
    if (n + 4 <= N) {
      const float* four[4];
      for (int i = 0; i < 4; i++) four[i] = rows + (long)(index ? index[n + i] : n + i) * F;
      gather_four(tile, four, F);
      continue;
    }
    for (int i = 0; i < 4; i++)
      for (int f = 0; f < F; f++)
        tile[f * TILE + i] = n + i < N ? rows[(long)(index ? index[n + i] : n + i) * F + f] : 0;
  }
}

WS_EXPORT void ws_tiles_to_rows(float* rows, const float* tiles, int32_t N, int32_t F) {
  for (int n = 0; n < N; n++) {
    const float* tile = tiles + (long)(n / TILE) * F * TILE + n % TILE;
    for (int f = 0; f < F; f++) rows[(long)n * F + f] = tile[f * TILE];
  }
}
