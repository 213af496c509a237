// What a task reads of an environment: observations, signals, and whether it is within its bounds.

#pragma once

#include "fastmath.h"
#include "row.h"

static const double* source_address(const World* world, const Row* row, int source) {
  const mjData* d = world->d;
  switch (source) {
    case SOURCE_QPOS: return d->qpos;
    case SOURCE_QVEL: return d->qvel;
    case SOURCE_ACT: return d->act;
    case SOURCE_CTRL: return d->ctrl;
    case SOURCE_QACC: return d->qacc;
    case SOURCE_QFRC_ACTUATOR: return d->qfrc_actuator;
    case SOURCE_QFRC_CONSTRAINT: return d->qfrc_constraint;
    case SOURCE_XPOS: return d->xpos;
    case SOURCE_XQUAT: return d->xquat;
    case SOURCE_XMAT: return d->xmat;
    case SOURCE_XIPOS: return d->xipos;
    case SOURCE_SUBTREE_COM: return d->subtree_com;
    case SOURCE_CINERT: return d->cinert;
    case SOURCE_CVEL: return d->cvel;
    case SOURCE_CFRC_EXT: return d->cfrc_ext;
    case SOURCE_SITE_XPOS: return d->site_xpos;
    case SOURCE_SITE_XMAT: return d->site_xmat;
    case SOURCE_GEOM_XPOS: return d->geom_xpos;
    case SOURCE_SENSORDATA: return d->sensordata;
    case SOURCE_TEN_LENGTH: return d->ten_length;
    case SOURCE_TEN_VELOCITY: return d->ten_velocity;
    case SOURCE_ACTUATOR_FORCE: return d->actuator_force;
    case SOURCE_ACTUATOR_LENGTH: return d->actuator_length;
    case SOURCE_ACTUATOR_VELOCITY: return d->actuator_velocity;
    case SOURCE_MOCAP_POS: return d->mocap_pos;
    case SOURCE_MOCAP_QUAT: return d->mocap_quat;
    case SOURCE_TIME: return &d->time;
    case SOURCE_COMMAND: return row->command;
    case SOURCE_TIMESTEP: return &world->m->opt.timestep;
    default: return row->action;
  }
}

// The numbers of a slice: where they are, and what is subtracted.
typedef struct {
  const double* x;
  const double* minus;  // or 0
  double turned[3];
} Numbers;

static void read_slice(Numbers* numbers, const Slice* slice, const World* world, const Row* row) {
  const double* base = source_address(world, row, slice->source);
  numbers->x = base + slice->start;
  numbers->minus = slice->minus >= 0 ? base + slice->minus : 0;
  if (slice->frame < 0) return;
  const double* R = world->d->xmat + 9 * slice->frame;
  double v[3];
  for (int i = 0; i < 3; i++) v[i] = numbers->x[i] - (numbers->minus ? numbers->minus[i] : 0);
  for (int i = 0; i < 3; i++) numbers->turned[i] = R[i] * v[0] + R[3 + i] * v[1] + R[6 + i] * v[2];
  numbers->x = numbers->turned;
  numbers->minus = 0;
}

static inline double clipped(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static double normal(Philox random) {
  vf z0, z1;
  vf_normal_pair((int32_t)random.word[0] - (vi){0}, (int32_t)random.word[1] - (vi){0}, &z0, &z1);
  return (double)z0[0];
}

static void write_observation(float* obs, const World* world, const Row* row) {
  const Slice* slice = program_obs(world->p);
  uint32_t column = 0;
  for (int i = 0; i < world->p->n_obs; i++, slice++) {
    Numbers numbers;
    read_slice(&numbers, slice, world, row);
    for (int j = 0; j < slice->count; j++, column++) {
      double value = numbers.x[j] - (numbers.minus ? numbers.minus[j] : 0);
      if (slice->mode == OBSERVE_SIN) value = sin(value);
      else if (slice->mode == OBSERVE_COS) value = cos(value);
      if (slice->extra > 0)
        value += slice->extra * normal(row_random(row, (uint32_t)row->id[ID_STEP], STREAM_OBSERVATION | column << 8));
      obs[column] = (float)clipped(value, slice->lo, slice->hi);
    }
  }
}

// Rates compare with the row's memory, which then holds the values of now; they are 0 when `period` is.
static void write_signals(double* signals, const World* world, const Row* row, double period) {
  const Slice* slice = program_signals(world->p);
  for (int i = 0; i < world->p->n_signals; i++, slice++) {
    Numbers numbers;
    read_slice(&numbers, slice, world, row);
    double* memory = row->memory + slice->memory;
    double squares = 0;
    for (int j = 0; j < slice->count; j++) {
      double value = numbers.x[j] - (numbers.minus ? numbers.minus[j] : 0) - slice->extra;
      value = clipped(value, slice->lo, slice->hi);
      if (slice->mode == SIGNAL_RATE) {
        const double before = memory[j];
        memory[j] = value;
        value = period > 0 ? (value - before) / period : 0;
      }
      if (slice->reduce == REDUCE_NONE) *signals++ = value;
      else squares += value * value;
    }
    if (slice->reduce != REDUCE_NONE) *signals++ = slice->reduce == REDUCE_NORM ? __builtin_sqrt(squares) : squares;
  }
}

static int is_healthy(const World* world, const Row* row) {
  const Slice* slice = program_bounds(world->p);
  for (int i = 0; i < world->p->n_bounds; i++, slice++) {
    const double* x = source_address(world, row, slice->source) + slice->start;
    for (int j = 0; j < slice->count; j++) {
      const int inside = slice->mode == BOUND_INCLUSIVE ? slice->lo <= x[j] && x[j] <= slice->hi
                                                        : slice->lo < x[j] && x[j] < slice->hi;
      if (!inside) return 0;
    }
  }
  return 1;
}
