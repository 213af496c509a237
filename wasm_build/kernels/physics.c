// The physics kernel: one call advances all B environments of a rank by one control step. A rank has
// one mjModel and one mjData for each variant of the task's world; an environment is a row of doubles
// (row.h) that is loaded, stepped and stored.
//
//   rows [B, N] f64   obs [B, O] f32   signals [B, S] f64   flags [B] u8   actions [B, A] f32   worlds [W]

#include "act.h"
#include "overlay.h"
#include "shapes.h"

enum { FLAG_TERMINATED = 1, FLAG_DIVERGED = 2, FLAG_UNHEALTHY = 4 };

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

static const World* world_of(const World* worlds, const Row* row) { return worlds + (int)row->id[ID_WORLD]; }

static void reset_data(const World* world) {
  if (world->p->keyframe >= 0) mj_resetDataKeyframe(world->m, world->d, world->p->keyframe);
  else mj_resetData(world->m, world->d);
}

// After a reset or a new state: everything that follows from it, no rates yet, and the row.
static void begin(float* obs, double* signals, const World* world, const Row* row) {
  enter_world(world, row);
  mj_forward(world->m, world->d);
  write_signals(signals, world, row, 0);
  write_observation(obs, world, row);
  mj_getState(world->m, world->d, row->state, ROW_SIGNATURE);
}

WS_EXPORT int32_t ws_state_size(const mjModel* m) { return mj_stateSize(m, ROW_SIGNATURE); }

WS_EXPORT int32_t ws_row_size(const mjModel* m, const Program* program) { return row_size(m, program); }

// The control step's physics; `wrench`: what pulls at the row from outside, or 0.
static void advance(const World* world, const double* wrench) {
  const mjModel* m = world->m;
  mjData* d = world->d;
  if (!wrench) {
    for (int i = 0; i < world->p->frame_skip; i++) mj_step(m, d);
    return;
  }
  double* applied = d->xfrc_applied + 6 * (int)wrench[WRENCH_BODY];
  double pushed[6];
  copy6(pushed, applied);
  for (int i = 0; i < world->p->frame_skip; i++) {
    apply_wrench(world, wrench, pushed);
    mj_step(m, d);
  }
}

// The data are shared by all rows: nobody is pulled at in another one's place.
static void let_go(const World* world, const double* wrench) {
  if (!wrench) return;
  for (int i = 0; i < 6; i++) world->d->xfrc_applied[6 * (int)wrench[WRENCH_BODY] + i] = 0;
}

static void step_row(double* row_at, float* obs, double* signals, uint8_t* flags, const float* action,
                     const World* worlds, int state_size, const double* wrench) {
  const Program* p = worlds->p;
  const Row row = row_parts(row_at, state_size, p);
  const World* world = world_of(worlds, &row);
  const mjModel* m = world->m;
  mjData* d = world->d;
  enter_world(world, &row);
  mj_setState(m, d, row.state, ROW_SIGNATURE);
  set_controls(world, &row, action);
  keep_action(world, &row, action);
  if (p->n_pushes) push(world, &row);
  advance(world, wrench);
  if (p->needs_rne) mj_rnePostConstraint(m, d);
  if (p->n_pushes) release(world);
  let_go(world, wrench);
  *flags = 0;
  if (diverged(m, d)) {
    // The row stays as it was, so that observation and signals are finite; the caller resets it.
    *flags = FLAG_DIVERGED | FLAG_TERMINATED | FLAG_UNHEALTHY;
    mj_resetData(m, d);
    mj_setState(m, d, row.state, ROW_SIGNATURE);
    mj_forward(m, d);
  } else if (!is_healthy(world, &row)) {
    *flags = p->terminates ? FLAG_TERMINATED | FLAG_UNHEALTHY : FLAG_UNHEALTHY;
  }
  row.id[ID_STEP] += 1;
  // The reward judges by the command that was followed, the observation has the next one.
  write_signals(signals, world, &row, m->opt.timestep * p->frame_skip);
  if (p->n_commands) draw_command(world, &row, (uint32_t)row.id[ID_STEP]);
  write_observation(obs, world, &row);
  mj_getState(m, d, row.state, ROW_SIGNATURE);
}

WS_EXPORT void ws_step(double* rows, float* obs, double* signals, uint8_t* flags, const float* actions,
                       const World* worlds, int32_t B) {
  const Program* p = worlds->p;
  const int state_size = mj_stateSize(worlds->m, ROW_SIGNATURE), N = row_size(worlds->m, p);
  for (int b = 0; b < B; b++)
    step_row(rows + (size_t)b * N, obs + b * p->obs_dim, signals + b * p->signal_dim, flags + b,
             actions + b * p->action_dim, worlds, state_size, 0);
}

// One row, on which `wrench` [WRENCH_DIM] acts meanwhile.
WS_EXPORT void ws_step_pushed(double* row, float* obs, double* signals, uint8_t* flag, const float* action,
                              const World* worlds, const double* wrench) {
  step_row(row, obs, signals, flag, action, worlds, mj_stateSize(worlds->m, ROW_SIGNATURE), wrench);
}

WS_EXPORT void ws_reset(double* rows, float* obs, double* signals, const uint8_t* mask, const uint32_t* episodes,
                        uint32_t seed_lo, uint32_t seed_hi, const World* worlds, int32_t n_worlds,
                        int32_t per_episode, int32_t first_env, int32_t B) {
  const Program* p = worlds->p;
  const int state_size = mj_stateSize(worlds->m, ROW_SIGNATURE), N = row_size(worlds->m, p);
  for (int b = 0; b < B; b++) {
    if (!mask[b]) continue;
    const Row row = row_parts(rows + (size_t)b * N, state_size, p);
    row.id[ID_SEED_LO] = seed_lo;
    row.id[ID_SEED_HI] = seed_hi;
    row.id[ID_ENV] = first_env + b;
    row.id[ID_EPISODE] = episodes[b];
    row.id[ID_STEP] = 0;
    row.id[ID_WORLD] = draw_variant(&row, n_worlds, per_episode);
    for (int i = 0; i < (p->keeps_action + p->max_delay) * p->action_dim; i++) row.action[i] = 0;
    const World* world = world_of(worlds, &row);
    reset_data(world);
    draw_world(world, &row);
    draw_command(world, &row, 0);
    add_noise(world, &row);
    place(world, &row);
    begin(obs + b * p->obs_dim, signals + b * p->signal_dim, world, &row);
  }
}

// New positions and velocities: time, activations and warm start begin anew, the rest of the row stays.
WS_EXPORT void ws_set_state(double* rows, float* obs, double* signals, const double* qpos, const double* qvel,
                            const World* worlds, int32_t B) {
  const Program* p = worlds->p;
  const int state_size = mj_stateSize(worlds->m, ROW_SIGNATURE), N = row_size(worlds->m, p);
  const int nq = (int)worlds->m->nq, nv = (int)worlds->m->nv;
  for (int b = 0; b < B; b++) {
    const Row row = row_parts(rows + (size_t)b * N, state_size, p);
    const World* world = world_of(worlds, &row);
    mjData* d = world->d;
    mj_resetData(world->m, d);
    mj_setState(world->m, d, row.state, ROW_SIGNATURE);
    d->time = 0;
    for (int i = 0; i < world->m->na; i++) d->act[i] = 0;
    for (int i = 0; i < nv; i++) d->qacc_warmstart[i] = 0;
    for (int i = 0; i < nq; i++) d->qpos[i] = qpos[b * nq + i];
    for (int i = 0; i < nv; i++) d->qvel[i] = qvel[b * nv + i];
    begin(obs + b * p->obs_dim, signals + b * p->signal_dim, world, &row);
  }
}

WS_EXPORT void ws_get_state(double* qpos, double* qvel, const double* rows, const World* worlds, int32_t B) {
  const mjModel* m = worlds->m;
  mjData* d = worlds->d;
  const int N = row_size(m, worlds->p), nq = (int)m->nq, nv = (int)m->nv;
  for (int b = 0; b < B; b++) {
    mj_setState(m, d, rows + (size_t)b * N, ROW_SIGNATURE);
    for (int i = 0; i < nq; i++) qpos[b * nq + i] = d->qpos[i];
    for (int i = 0; i < nv; i++) qvel[b * nv + i] = d->qvel[i];
  }
}

// Which of the worlds the row is in.
WS_EXPORT int32_t ws_world(double* row, const World* worlds) {
  const Row parts = row_parts(row, mj_stateSize(worlds->m, ROW_SIGNATURE), worlds->p);
  return (int32_t)parts.id[ID_WORLD];
}

// Poses of all geoms of each row's world, [B, G, 12]: geom_xpos (3), geom_xmat (9, row-major). G: of the largest world.
WS_EXPORT void ws_poses(float* poses, double* rows, const World* worlds, int32_t G, int32_t B) {
  const int state_size = mj_stateSize(worlds->m, ROW_SIGNATURE), N = row_size(worlds->m, worlds->p);
  for (int b = 0; b < B; b++) {
    const Row row = row_parts(rows + (size_t)b * N, state_size, worlds->p);
    const World* world = world_of(worlds, &row);
    const mjData* d = world->d;
    mj_setState(world->m, world->d, row.state, ROW_SIGNATURE);
    mj_kinematics(world->m, world->d);
    float* pose = poses + (size_t)b * G * 12;
    for (int g = 0; g < world->m->ngeom; g++, pose += 12) {
      for (int i = 0; i < 3; i++) pose[i] = (float)d->geom_xpos[3 * g + i];
      for (int i = 0; i < 9; i++) pose[3 + i] = (float)d->geom_xmat[9 * g + i];
    }
  }
}

WS_EXPORT int32_t ws_overlay_size(const mjModel* m) { return overlay_size(m); }

// What overlay.h shows of the data as they are.
WS_EXPORT void ws_overlay(float* overlay, const mjModel* m, const mjData* d) { write_overlay(overlay, m, d); }

// The same of a row, with the controls that it would have if it took `action` [A] again, and `wrench` or 0.
WS_EXPORT void ws_row_overlay(float* overlay, double* row_at, const float* action, const double* wrench,
                              const World* worlds) {
  const Row row = row_parts(row_at, mj_stateSize(worlds->m, ROW_SIGNATURE), worlds->p);
  const World* world = world_of(worlds, &row);
  enter_world(world, &row);
  mj_setState(world->m, world->d, row.state, ROW_SIGNATURE);
  set_controls(world, &row, action);
  if (world->p->n_pushes) push(world, &row);
  if (wrench) {
    double pushed[6];
    copy6(pushed, world->d->xfrc_applied + 6 * (int)wrench[WRENCH_BODY]);
    apply_wrench(world, wrench, pushed);
  }
  mj_forward(world->m, world->d);
  write_overlay(overlay, world->m, world->d);
  if (world->p->n_pushes) release(world);
  let_go(world, wrench);
}
