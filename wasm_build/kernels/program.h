// A task as the physics kernel executes it: a header and tables, written by websim/program.py and copied
// as bytes. Little-endian, the same layout on every platform. Offsets into tables count from 0.

#pragma once

#include <stdint.h>

// Numbers of websim/sources.py.
enum Source {
  SOURCE_QPOS,
  SOURCE_QVEL,
  SOURCE_ACT,
  SOURCE_CTRL,
  SOURCE_QACC,
  SOURCE_QFRC_ACTUATOR,
  SOURCE_QFRC_CONSTRAINT,
  SOURCE_XPOS,
  SOURCE_XQUAT,
  SOURCE_XMAT,
  SOURCE_XIPOS,
  SOURCE_SUBTREE_COM,
  SOURCE_CINERT,
  SOURCE_CVEL,
  SOURCE_CFRC_EXT,
  SOURCE_SITE_XPOS,
  SOURCE_SITE_XMAT,
  SOURCE_GEOM_XPOS,
  SOURCE_SENSORDATA,
  SOURCE_TEN_LENGTH,
  SOURCE_TEN_VELOCITY,
  SOURCE_ACTUATOR_FORCE,
  SOURCE_ACTUATOR_LENGTH,
  SOURCE_ACTUATOR_VELOCITY,
  SOURCE_MOCAP_POS,
  SOURCE_MOCAP_QUAT,
  SOURCE_TIME,
  SOURCE_COMMAND,
  SOURCE_LAST_ACTION,
  SOURCE_TIMESTEP,
};

enum ObservationMode { OBSERVE_IDENTITY = 0, OBSERVE_SIN = 1, OBSERVE_COS = 2 };
enum SignalMode { SIGNAL_VALUE = 0, SIGNAL_RATE = 1 };
enum BoundMode { BOUND_EXCLUSIVE = 0, BOUND_INCLUSIVE = 1 };
enum NoiseMode { NOISE_UNIFORM = 0, NOISE_NORMAL = 1 };
enum Reduce { REDUCE_NONE = 0, REDUCE_NORM = 1, REDUCE_SUM_SQUARES = 2 };

// `count` numbers of `source` from `start` on. `minus`: start in the same source of what is subtracted;
// `frame`: body into whose frame 3 numbers are rotated; -1: none. The rest depends on the table:
//   observations  mode is the function; clipped to [lo, hi]; extra: deviation of normal noise in each step
//   signals       less extra, clipped to [lo, hi], reduced; mode RATE: change over the control step per second,
//                 memory: where in the row's memory the value before is
//   bounds        healthy while lo < x < hi (inclusive: <=) for every number
//   noise         added at reset: mode UNIFORM in [lo, hi); NORMAL with mean lo, deviation hi
typedef struct {
  int32_t source, start, count, mode;
  int32_t minus, frame, memory, reduce;
  double lo, hi, extra, reserved;
} Slice;

// Set at reset: uniform in the box, drawn again until the distance from the center is within (least, most).
typedef struct {
  int32_t source, start, count, reserved;
  double low[3], high[3], center[3];
  double least, most;
} Placement;

enum Field {
  FIELD_NONE,  // drawn and read by others: the action delay
  FIELD_BODY_MASS,
  FIELD_BODY_INERTIA,
  FIELD_GEOM_FRICTION,
  FIELD_DOF_DAMPING,
  FIELD_DOF_ARMATURE,
  FIELD_ACTUATOR_GAINPRM,
  FIELD_ACTUATOR_BIASPRM,
  FIELD_GRAVITY,
};
enum Operation { OPERATION_SCALE = 0, OPERATION_ADD = 1, OPERATION_SET = 2 };
enum Distribution { DRAW_UNIFORM = 0, DRAW_LOG_UNIFORM = 1, DRAW_NORMAL = 2, DRAW_CHOICE = 3 };

// Numbers that are drawn at reset: `count` draws from `first` on in the row.
typedef struct {
  int32_t first, count, distribution, per_env;
  int32_t choices, n_choices;  // in the table of doubles
  double low, high;
} Draw;

// `count` numbers of a field, each `stride` after the one before, become nominal (operation) draw. `nominal`: the
// model's values in the table of doubles; -1: what a write before has made of them. Number i takes draw
// `draw + i * draw_stride`.
typedef struct {
  int32_t field, start, count, stride;
  int32_t operation, draw, draw_stride, nominal;
} Write;

typedef struct {
  int32_t body, every, duration, reserved;
  double low, high;
} Push;

// One number of the command, drawn anew every `every` control steps (0: at reset only).
typedef struct {
  int32_t every, reserved;
  double low, high;
} Command;

// control = offset + scale * action, clipped to [low, high].
typedef struct {
  double offset, scale, low, high;
} Control;

typedef struct {
  int32_t version, frame_skip, obs_dim, signal_dim, action_dim;
  int32_t n_obs, n_signals, n_bounds, n_noise, n_placements, n_draws, n_writes, n_pushes, n_commands, n_controls;
  // Numbers of an environment's row beyond MuJoCo's state and its identity.
  int32_t memory_dim, draw_dim, keeps_action, max_delay;
  int32_t delay_draw;  // -1: none
  int32_t keyframe;    // -1: the model's initial state
  int32_t needs_rne;   // whether mj_rnePostConstraint has to follow a step: something reads cfrc_ext
  int32_t terminates;  // whether leaving the bounds ends the episode
  int32_t changes_mass;
  int32_t reserved[8];
} Program;

_Static_assert(sizeof(Slice) == 64 && sizeof(Placement) == 104 && sizeof(Draw) == 40 && sizeof(Write) == 32 &&
                   sizeof(Push) == 32 && sizeof(Command) == 24 && sizeof(Control) == 32 && sizeof(Program) == 128,
               "layout is shared with program.py");

// The tables follow the header in this order.
static inline const Slice* program_obs(const Program* p) { return (const Slice*)(p + 1); }
static inline const Slice* program_signals(const Program* p) { return program_obs(p) + p->n_obs; }
static inline const Slice* program_bounds(const Program* p) { return program_signals(p) + p->n_signals; }
static inline const Slice* program_noise(const Program* p) { return program_bounds(p) + p->n_bounds; }
static inline const Placement* program_placements(const Program* p) {
  return (const Placement*)(program_noise(p) + p->n_noise);
}
static inline const Draw* program_draws(const Program* p) {
  return (const Draw*)(program_placements(p) + p->n_placements);
}
static inline const Write* program_writes(const Program* p) { return (const Write*)(program_draws(p) + p->n_draws); }
static inline const Push* program_pushes(const Program* p) { return (const Push*)(program_writes(p) + p->n_writes); }
static inline const Command* program_commands(const Program* p) {
  return (const Command*)(program_pushes(p) + p->n_pushes);
}
static inline const Control* program_controls(const Program* p) {
  return (const Control*)(program_commands(p) + p->n_commands);
}
static inline const double* program_doubles(const Program* p) {
  return (const double*)(program_controls(p) + p->n_controls);
}
