// The physics kernel: one call advances all B environments of a rank by one control step. A rank has
// one mjModel and one mjData; an environment is a row of doubles that is loaded, stepped and stored.
//
//   rows [B, N] f64   obs [B, O] f32   signals [B, S] f64   flags [B] u8   actions [B, A] f32

#include "fastmath.h"
#include "mujoco_api.h"
#include "philox.h"
#include "program.h"
#include "shapes.h"

// What makes a row continue exactly as if it had never been stored: the warm start is part of it.
enum { ROW_SIGNATURE = mjSTATE_FULLPHYSICS | mjSTATE_WARMSTART };

enum { FLAG_TERMINATED = 1, FLAG_DIVERGED = 2 };

static double* source_address(mjData* d, const Slice* slice) {
  return (slice->source == SOURCE_QPOS ? d->qpos : d->qvel) + slice->start;
}

static void write_observation(float* obs, const Program* program, mjData* d) {
  const Slice* slice = program_obs(program);
  for (int i = 0; i < program->n_obs; i++, slice++) {
    const double* x = source_address(d, slice);
    for (int j = 0; j < slice->count; j++) {
      const double value = x[j] < slice->lo ? slice->lo : x[j] > slice->hi ? slice->hi : x[j];
      *obs++ = (float)value;
    }
  }
}

// Rates need the value before the step: called with `after` 0 then 1.
static void write_signals(double* signals, const Program* program, mjData* d, double period, int after) {
  const Slice* slice = program_signals(program);
  for (int i = 0; i < program->n_signals; i++, slice++) {
    const double* x = source_address(d, slice);
    for (int j = 0; j < slice->count; j++, signals++) {
      if (after && slice->mode == SIGNAL_RATE) *signals = (x[j] - *signals) / period;
      else *signals = x[j] - slice->lo;
    }
  }
}

static int out_of_bounds(const Program* program, mjData* d) {
  const Slice* slice = program_bounds(program);
  for (int i = 0; i < program->n_bounds; i++, slice++) {
    const double* x = source_address(d, slice);
    for (int j = 0; j < slice->count; j++)
      if (!(slice->lo < x[j] && x[j] < slice->hi)) return 1;
  }
  return 0;
}

// MuJoCo answers a bad number by resetting mjData and counting a warning. It looks at the beginning
// of a step, so the state after the last one is looked at here.
static int diverged(const mjModel* m, mjData* d) {
  const int kinds[] = {mjWARN_BADQPOS, mjWARN_BADQVEL, mjWARN_BADQACC, mjWARN_BADCTRL};
  int bad = 0;
  for (int i = 0; i < 4; i++) {
    bad |= d->warning[kinds[i]].number > 0;
    d->warning[kinds[i]].number = 0;
  }
  for (int i = 0; i < m->nq; i++) bad |= !(-mjMAXVAL < d->qpos[i] && d->qpos[i] < mjMAXVAL);
  for (int i = 0; i < m->nv; i++) bad |= !(-mjMAXVAL < d->qvel[i] && d->qvel[i] < mjMAXVAL);
  return bad;
}

static void add_noise(mjData* d, const Program* program, uint32_t seed_lo, uint32_t seed_hi, uint32_t env,
                      uint32_t episode) {
  const Slice* slice = program_noise(program);
  uint32_t draw = 0;
  for (int i = 0; i < program->n_noise; i++, slice++) {
    double* x = source_address(d, slice);
    for (int j = 0; j < slice->count; j++, draw++) {
      const Philox random = philox(seed_lo, seed_hi, env, episode, draw, STREAM_RESET);
      if (slice->mode == NOISE_UNIFORM) {
        x[j] += slice->lo + (slice->hi - slice->lo) * uniform53(random.word[0], random.word[1]);
      } else {
        vf z0, z1;
        vf_normal_pair((int32_t)random.word[0] - (vi){0}, (int32_t)random.word[1] - (vi){0}, &z0, &z1);
        x[j] += slice->lo + slice->hi * (double)z0[0];
      }
    }
  }
}

WS_EXPORT int32_t ws_state_size(const mjModel* m) { return mj_stateSize(m, ROW_SIGNATURE); }

WS_EXPORT void ws_step(double* rows, float* obs, double* signals, uint8_t* flags, const float* actions,
                       const mjModel* m, mjData* d, const Program* program, int32_t B) {
  const int N = mj_stateSize(m, ROW_SIGNATURE), O = program->obs_dim, S = program->signal_dim, A = program->action_dim;
  const double period = m->opt.timestep * program->frame_skip;
  for (int b = 0; b < B; b++) {
    mj_setState(m, d, rows + b * N, ROW_SIGNATURE);
    write_signals(signals + b * S, program, d, period, 0);
    for (int a = 0; a < A; a++) d->ctrl[a] = actions[b * A + a];
    for (int i = 0; i < program->frame_skip; i++) mj_step(m, d);
    flags[b] = 0;
    if (diverged(m, d)) {
      // The row stays as it was, so that observation and signals are finite; the caller resets it.
      flags[b] = FLAG_DIVERGED | FLAG_TERMINATED;
      mj_resetData(m, d);
      mj_setState(m, d, rows + b * N, ROW_SIGNATURE);
    } else if (out_of_bounds(program, d)) {
      flags[b] = FLAG_TERMINATED;
    }
    write_observation(obs + b * O, program, d);
    write_signals(signals + b * S, program, d, period, 1);
    mj_getState(m, d, rows + b * N, ROW_SIGNATURE);
  }
}

WS_EXPORT void ws_reset(double* rows, float* obs, const uint8_t* mask, const uint32_t* episodes, uint32_t seed_lo,
                        uint32_t seed_hi, const mjModel* m, mjData* d, const Program* program, int32_t first_env,
                        int32_t B) {
  const int N = mj_stateSize(m, ROW_SIGNATURE), O = program->obs_dim;
  for (int b = 0; b < B; b++) {
    if (!mask[b]) continue;
    mj_resetData(m, d);
    add_noise(d, program, seed_lo, seed_hi, first_env + b, episodes[b]);
    mj_forward(m, d);
    write_observation(obs + b * O, program, d);
    mj_getState(m, d, rows + b * N, ROW_SIGNATURE);
  }
}

WS_EXPORT void ws_set_state(double* rows, float* obs, const double* qpos, const double* qvel, const mjModel* m,
                            mjData* d, const Program* program, int32_t B) {
  const int N = mj_stateSize(m, ROW_SIGNATURE), O = program->obs_dim;
  const int nq = m->nq, nv = m->nv;
  for (int b = 0; b < B; b++) {
    mj_resetData(m, d);
    for (int i = 0; i < nq; i++) d->qpos[i] = qpos[b * nq + i];
    for (int i = 0; i < nv; i++) d->qvel[i] = qvel[b * nv + i];
    mj_forward(m, d);
    write_observation(obs + b * O, program, d);
    mj_getState(m, d, rows + b * N, ROW_SIGNATURE);
  }
}

WS_EXPORT void ws_get_state(double* qpos, double* qvel, const double* rows, const mjModel* m, mjData* d, int32_t B) {
  const int N = mj_stateSize(m, ROW_SIGNATURE);
  const int nq = m->nq, nv = m->nv;
  for (int b = 0; b < B; b++) {
    mj_setState(m, d, rows + b * N, ROW_SIGNATURE);
    for (int i = 0; i < nq; i++) qpos[b * nq + i] = d->qpos[i];
    for (int i = 0; i < nv; i++) qvel[b * nv + i] = d->qvel[i];
  }
}

// Poses of all geoms of one environment, [G, 12]: geom_xpos (3), geom_xmat (9, row-major).
WS_EXPORT void ws_poses(float* poses, const double* row, const mjModel* m, mjData* d) {
  mj_setState(m, d, row, ROW_SIGNATURE);
  mj_kinematics(m, d);
  for (int g = 0; g < m->ngeom; g++, poses += 12) {
    for (int i = 0; i < 3; i++) poses[i] = (float)d->geom_xpos[3 * g + i];
    for (int i = 0; i < 9; i++) poses[3 + i] = (float)d->geom_xmat[9 * g + i];
  }
}
