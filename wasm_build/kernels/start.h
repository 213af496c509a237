// How an episode starts: its state, its command, and the numbers that make its world differ from others.

#pragma once

#include "read.h"

static double* state_address(const World* world, const Row* row, int source) {
  return (double*)source_address(world, row, source);
}

static void add_noise(const World* world, const Row* row) {
  const Slice* slice = program_noise(world->p);
  uint32_t draw = 0;
  for (int i = 0; i < world->p->n_noise; i++, slice++) {
    double* x = state_address(world, row, slice->source) + slice->start;
    for (int j = 0; j < slice->count; j++, draw++) {
      const Philox random = row_random(row, draw, STREAM_RESET);
      if (slice->mode == NOISE_UNIFORM) x[j] += uniform_between(random, slice->lo, slice->hi);
      else x[j] += slice->lo + slice->hi * normal(random);
    }
  }
}

// Attempts of one placement. Boxes that hardly reach into their distance are refused before (program.py).
enum { MAX_ATTEMPTS = 1000 };

static void place(const World* world, const Row* row) {
  const Placement* placement = program_placements(world->p);
  for (uint32_t i = 0; i < (uint32_t)world->p->n_placements; i++, placement++) {
    double* x = state_address(world, row, placement->source) + placement->start;
    for (uint32_t attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      double squares = 0;
      for (int j = 0; j < placement->count; j++) {
        const Philox random = row_random(row, 3 * attempt + (uint32_t)j, STREAM_PLACEMENT | i << 8);
        x[j] = uniform_between(random, placement->low[j], placement->high[j]);
        squares += (x[j] - placement->center[j]) * (x[j] - placement->center[j]);
      }
      const double distance = __builtin_sqrt(squares);
      if (placement->least < distance && distance < placement->most) break;
    }
  }
}

// The command's numbers whose time has come at control step `step`.
static void draw_command(const World* world, const Row* row, uint32_t step) {
  const Command* command = program_commands(world->p);
  for (uint32_t i = 0; i < (uint32_t)world->p->n_commands; i++, command++) {
    const uint32_t every = (uint32_t)command->every;
    if (step > 0 && (every == 0 || step % every != 0)) continue;
    const uint32_t period = every > 0 ? step / every : 0;
    row->command[i] = uniform_between(row_random(row, period, STREAM_COMMAND | i << 8), command->low, command->high);
  }
}

static void draw_world(const World* world, const Row* row) {
  const Draw* draw = program_draws(world->p);
  for (int i = 0; i < world->p->n_draws; i++, draw++) {
    for (int j = draw->first; j < draw->first + draw->count; j++) {
      if (row->pinned[j] != 0) continue;
      const double* id = row->id;
      const uint32_t episode = draw->per_env ? 0 : (uint32_t)id[ID_EPISODE];
      const Philox random = philox((uint32_t)id[ID_SEED_LO], (uint32_t)id[ID_SEED_HI], (uint32_t)id[ID_ENV], episode,
                                   (uint32_t)j, STREAM_DRAW);
      const double* choices = program_doubles(world->p) + draw->choices;
      if (draw->distribution == DRAW_CHOICE) row->draws[j] = choices[(int)uniform_between(random, 0, draw->n_choices)];
      else if (draw->distribution == DRAW_NORMAL) row->draws[j] = draw->low + draw->high * normal(random);
      else row->draws[j] = uniform_between(random, draw->low, draw->high);
      if (draw->distribution == DRAW_LOG_UNIFORM) row->draws[j] = exp(row->draws[j]);
    }
  }
}

// The variant of an environment: by its number, or drawn in each episode.
static int draw_variant(const Row* row, int n_worlds, int per_episode) {
  if (row->id[ID_PINNED_WORLD] > 0) return (int)row->id[ID_PINNED_WORLD] - 1;
  if (!per_episode) return (int)((uint32_t)row->id[ID_ENV] % (uint32_t)n_worlds);
  return (int)uniform_between(row_random(row, 0, STREAM_VARIANT), 0, n_worlds);
}
