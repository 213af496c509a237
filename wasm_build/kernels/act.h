// What is done to an environment in a control step: its own world, its controls, its pushes and what a hand pulls at.

#pragma once

#include "start.h"

static double* field_address(const mjModel* m, int field) {
  switch (field) {
    case FIELD_BODY_MASS: return m->body_mass;
    case FIELD_BODY_INERTIA: return m->body_inertia;
    case FIELD_GEOM_FRICTION: return m->geom_friction;
    case FIELD_DOF_DAMPING: return m->dof_damping;
    case FIELD_DOF_ARMATURE: return m->dof_armature;
    case FIELD_ACTUATOR_GAINPRM: return m->actuator_gainprm;
    case FIELD_ACTUATOR_BIASPRM: return m->actuator_biasprm;
    default: return (double*)m->opt.gravity;
  }
}

// Makes the world's model that of the row. All rows write the same numbers, so nothing has to be restored.
static void enter_world(const World* world, const Row* row) {
  const Program* p = world->p;
  const mjModel* m = world->m;
  const Write* write = program_writes(p);
  for (int i = 0; i < p->n_writes; i++, write++) {
    double* field = field_address(m, write->field) + write->start;
    const double* nominal = write->nominal >= 0 ? program_doubles(p) + write->nominal : 0;
    const double* draw = row->draws + write->draw;
    for (int j = 0; j < write->count; j++, field += write->stride, draw += write->draw_stride) {
      const double value = nominal ? nominal[j] : *field;
      if (write->operation == OPERATION_SCALE) *field = value * *draw;
      else if (write->operation == OPERATION_ADD) *field = value + *draw;
      else *field = *draw;
    }
  }
  if (!p->changes_mass) return;
  for (int i = 0; i < m->nbody; i++) m->body_subtreemass[i] = m->body_mass[i];
  for (int i = (int)m->nbody - 1; i > 0; i--) m->body_subtreemass[m->body_parentid[i]] += m->body_subtreemass[i];
}

// Controls of the step that `action` [A] is for, as late as the row's delay says.
static void set_controls(const World* world, const Row* row, const float* action) {
  const Program* p = world->p;
  const Control* control = program_controls(p);
  const int A = p->action_dim;
  const int delay = p->delay_draw >= 0 ? (int)clipped(row->draws[p->delay_draw] + 0.5, 0, p->max_delay) : 0;
  for (int a = 0; a < A; a++) {
    const double x = delay > 0 ? row->delayed[(delay - 1) * A + a] : action[a];
    world->d->ctrl[a] =
        p->n_controls ? clipped(control[a].offset + control[a].scale * x, control[a].low, control[a].high) : x;
  }
}

// What later steps need of `action` [A].
static void keep_action(const World* world, const Row* row, const float* action) {
  const Program* p = world->p;
  const int A = p->action_dim;
  for (int a = 0; a < p->keeps_action * A; a++) row->action[a] = action[a];
  for (int i = p->max_delay * A - 1; i >= 0; i--) row->delayed[i] = i >= A ? row->delayed[i - A] : action[i];
}

// Between steps nothing is pushed (release), so that pushes on one body add up.
static void push(const World* world, const Row* row) {
  const Push* push = program_pushes(world->p);
  const uint32_t step = (uint32_t)row->id[ID_STEP];
  for (uint32_t i = 0; i < (uint32_t)world->p->n_pushes; i++, push++) {
    const uint32_t every = (uint32_t)push->every, duration = (uint32_t)push->duration;
    const uint32_t period = step / every, moment = step % every;
    const Philox random = row_random(row, 2 * period, STREAM_PUSH | i << 8);
    const uint32_t begin = random.word[2] % (every - duration + 1);
    double* force = world->d->xfrc_applied + 6 * push->body;
    if (moment < begin || moment >= begin + duration) continue;
    vf x, y;
    const Philox direction = row_random(row, 2 * period + 1, STREAM_PUSH | i << 8);
    vf_normal_pair((int32_t)direction.word[0] - (vi){0}, (int32_t)direction.word[1] - (vi){0}, &x, &y);
    const double length = __builtin_sqrt((double)x[0] * x[0] + (double)y[0] * y[0]);
    const double size = uniform_between(random, push->low, push->high) / (length > 1e-6 ? length : 1e-6);
    force[0] += size * x[0];
    force[1] += size * y[0];
  }
}

// The models' data are shared by all rows: nobody is pushed by another one's force.
static void release(const World* world) {
  const Push* push = program_pushes(world->p);
  for (int i = 0; i < world->p->n_pushes; i++, push++)
    world->d->xfrc_applied[6 * push->body] = world->d->xfrc_applied[6 * push->body + 1] = 0;
}

// A wrench from outside on one body, [WRENCH_DIM] doubles; WRENCH_AT_POINT 0: at the body's centre of mass.
enum {
  WRENCH_BODY,
  WRENCH_AT_POINT,
  WRENCH_POINT,       // 3, in the body's frame, m
  WRENCH_FORCE = 5,   // 3, in the world's, N
  WRENCH_TORQUE = 8,  // 3, in the world's, N m
  WRENCH_DIM = 11,
};

// Adds it to `pushed` [6], what else pushes the body, for the state as it is now.
static void apply_wrench(const World* world, const double* wrench, const double* pushed) {
  const mjData* d = world->d;
  const int body = (int)wrench[WRENCH_BODY];
  const double *point = wrench + WRENCH_POINT, *force = wrench + WRENCH_FORCE, *R = d->xmat + 9 * body;
  double* applied = d->xfrc_applied + 6 * body;
  double arm[3] = {0, 0, 0};
  mj_kinematics(world->m, world->d);
  for (int i = 0; i < 3 && wrench[WRENCH_AT_POINT] != 0; i++)
    arm[i] = d->xpos[3 * body + i] - d->xipos[3 * body + i] + R[3 * i] * point[0] + R[3 * i + 1] * point[1] +
             R[3 * i + 2] * point[2];
  for (int i = 0; i < 3; i++) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    applied[i] = pushed[i] + force[i];
    applied[3 + i] = pushed[3 + i] + wrench[WRENCH_TORQUE + i] + arm[j] * force[k] - arm[k] * force[j];
  }
}

static void copy6(double* out, const double* in) {
  for (int i = 0; i < 6; i++) out[i] = in[i];
}
