// A task as the physics kernel executes it: a header and tables of slices, written by
// websim/program.py and copied as bytes. Little-endian, the same layout on every platform.

#pragma once

#include <stdint.h>

enum Source { SOURCE_QPOS = 0, SOURCE_QVEL = 1 };

enum SignalMode { SIGNAL_VALUE = 0, SIGNAL_RATE = 1 };
enum NoiseMode { NOISE_UNIFORM = 0, NOISE_NORMAL = 1 };

// `count` numbers of `source` from `start` on. What mode, lo and hi mean depends on the table:
//   observations  clipped to [lo, hi]
//   signals       mode VALUE: after the step, less lo; RATE: change over the control step per second
//   bounds        the episode terminates unless lo < x < hi for every number
//   noise         added at reset: mode UNIFORM in [lo, hi); NORMAL with mean lo, deviation hi
typedef struct {
  int32_t source, start, count, mode;
  double lo, hi;
} Slice;

typedef struct {
  int32_t version, frame_skip, obs_dim, signal_dim, action_dim;
  int32_t n_obs, n_signals, n_bounds, n_noise;
  int32_t reserved[7];
} Program;

_Static_assert(sizeof(Slice) == 32 && sizeof(Program) == 64, "layout is shared with program.py");

static inline const Slice* program_obs(const Program* p) { return (const Slice*)(p + 1); }
static inline const Slice* program_signals(const Program* p) { return program_obs(p) + p->n_obs; }
static inline const Slice* program_bounds(const Program* p) { return program_signals(p) + p->n_signals; }
static inline const Slice* program_noise(const Program* p) { return program_bounds(p) + p->n_bounds; }
