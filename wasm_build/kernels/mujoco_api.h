// The functions that the physics kernel calls. In the browser they are imports, bound to the
// exports that postlink_mujoco.mjs adds; natively the loader finds them in the mujoco wheel's library.

#pragma once

#include <mujoco/mjdata.h>
#include <mujoco/mjmodel.h>

#if defined(__wasm__)
#define MUJOCO_IMPORT(name) __attribute__((import_module("mujoco"), import_name(#name)))
#else
#define MUJOCO_IMPORT(name)
#endif

MUJOCO_IMPORT(mj_step) void mj_step(const mjModel* m, mjData* d);
MUJOCO_IMPORT(mj_forward) void mj_forward(const mjModel* m, mjData* d);
MUJOCO_IMPORT(mj_kinematics) void mj_kinematics(const mjModel* m, mjData* d);
MUJOCO_IMPORT(mj_resetData) void mj_resetData(const mjModel* m, mjData* d);
MUJOCO_IMPORT(mj_resetDataKeyframe) void mj_resetDataKeyframe(const mjModel* m, mjData* d, int key);
MUJOCO_IMPORT(mj_rnePostConstraint) void mj_rnePostConstraint(const mjModel* m, mjData* d);
MUJOCO_IMPORT(mj_stateSize) int mj_stateSize(const mjModel* m, int signature);
MUJOCO_IMPORT(mj_getState) void mj_getState(const mjModel* m, const mjData* d, mjtNum* state, int signature);
MUJOCO_IMPORT(mj_setState) void mj_setState(const mjModel* m, mjData* d, const mjtNum* state, int signature);

// MuJoCo's own C library: the same functions that its sensors and joints use.
MUJOCO_IMPORT(sin) double sin(double x);
MUJOCO_IMPORT(cos) double cos(double x);
MUJOCO_IMPORT(exp) double exp(double x);
