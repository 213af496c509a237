// An environment is a row of doubles: MuJoCo's state, who it is, and what the task keeps of it.

#pragma once

#include "mujoco_api.h"
#include "philox.h"
#include "program.h"

// What makes a row continue exactly as if it had never been stored: the warm start is part of it.
enum { ROW_SIGNATURE = mjSTATE_FULLPHYSICS | mjSTATE_WARMSTART | mjSTATE_MOCAP_POS | mjSTATE_MOCAP_QUAT };

// A row carries the key of its random numbers, so that it draws the same wherever it is stepped.
enum {
  ID_SEED_LO,
  ID_SEED_HI,
  ID_ENV,  // global index
  ID_EPISODE,
  ID_STEP,          // control steps of this episode
  ID_WORLD,         // variant that it is in
  ID_PINNED_WORLD,  // 1 + the variant that it stays in over resets; 0: none
  ID_DIM,
};

// A model variant of the task: all have the same state, and programs of the same widths.
typedef struct {
  const mjModel* m;
  mjData* d;
  const Program* p;
} World;

typedef struct {
  double* state;
  double* id;
  double* memory;   // values before the step, of rates
  double* command;
  double* draws;    // [draw_dim]
  double* pinned;   // [draw_dim] 1: this draw stays over resets
  double* action;   // [A] of the last step, in the task's units
  double* delayed;  // [max_delay, A] actions before, the latest first
} Row;

static inline int row_size(const mjModel* m, const Program* p) {
  const int per_action = p->keeps_action + p->max_delay;
  return mj_stateSize(m, ROW_SIGNATURE) + ID_DIM + p->memory_dim + p->n_commands + 2 * p->draw_dim +
         per_action * p->action_dim;
}

// Parts of the row at `row`; `state_size` doubles of it are MuJoCo's.
static inline Row row_parts(double* row, int state_size, const Program* p) {
  Row parts;
  parts.state = row;
  parts.id = row + state_size;
  parts.memory = parts.id + ID_DIM;
  parts.command = parts.memory + p->memory_dim;
  parts.draws = parts.command + p->n_commands;
  parts.pinned = parts.draws + p->draw_dim;
  parts.action = parts.pinned + p->draw_dim;
  parts.delayed = parts.action + p->keeps_action * p->action_dim;
  return parts;
}

static inline Philox row_random(const Row* row, uint32_t counter, uint32_t stream) {
  const double* id = row->id;
  return philox((uint32_t)id[ID_SEED_LO], (uint32_t)id[ID_SEED_HI], (uint32_t)id[ID_ENV], (uint32_t)id[ID_EPISODE],
                counter, stream);
}

static inline double uniform_between(Philox random, double low, double high) {
  return low + (high - low) * uniform53(random.word[0], random.word[1]);
}
