// What a view draws over a robot, read from data that mj_forward has brought up to date. Numbers of an overlay, f32:
//
//   1, contacts, centre of mass (3) and mass of the robot,
//   joints [njnt, 6]: anchor, axis; an axis of zeros for ball and free joints,
//   contacts [OVERLAY_CONTACTS, 6]: position, force in N on the body with the higher number

#pragma once

#include "mujoco_api.h"

enum { OVERLAY_HEAD = 6, OVERLAY_CONTACTS = 64 };

static int overlay_size(const mjModel* m) { return OVERLAY_HEAD + 6 * ((int)m->njnt + OVERLAY_CONTACTS); }

// The robot's first body: the root of the first one that can move.
static int robot_root(const mjModel* m) {
  for (int i = 1; i < m->nbody; i++)
    if (m->body_weldid[i] != 0) return m->body_rootid[i];
  return 0;
}

// Normal and tangential force of a contact in its own frame, as mj_contactForce gives them.
static void contact_force(double force[3], const mjModel* m, const mjData* d, const mjContact* contact) {
  const double* edge = d->efc_force + contact->efc_address;
  const int tangents = contact->dim - 1;
  force[0] = force[1] = force[2] = 0;
  if (contact->efc_address < 0) return;
  if (m->opt.cone == mjCONE_ELLIPTIC || tangents == 0) {
    for (int i = 0; i < 3 && i <= tangents; i++) force[i] = edge[i];
    return;
  }
  for (int i = 0; i < 2 * tangents; i++) force[0] += edge[i];
  for (int i = 0; i < 2; i++) force[1 + i] = (edge[2 * i] - edge[2 * i + 1]) * contact->friction[i];
}

static void write_contact(float* out, const mjModel* m, const mjData* d, const mjContact* contact) {
  const int a = contact->geom[0], b = contact->geom[1];
  const int turned = a >= 0 && b >= 0 && m->geom_bodyid[a] > m->geom_bodyid[b];
  double force[3];
  contact_force(force, m, d, contact);
  for (int i = 0; i < 3; i++) {
    const double* axis = contact->frame + i;
    const double component = axis[0] * force[0] + axis[3] * force[1] + axis[6] * force[2];
    out[i] = (float)contact->pos[i];
    out[3 + i] = (float)(turned ? -component : component);
  }
}

static void write_overlay(float* out, const mjModel* m, const mjData* d) {
  const int contacts = d->ncon < OVERLAY_CONTACTS ? d->ncon : OVERLAY_CONTACTS, root = robot_root(m);
  *out++ = 1;
  *out++ = (float)contacts;
  for (int i = 0; i < 3; i++) *out++ = (float)d->subtree_com[3 * root + i];
  *out++ = (float)m->body_subtreemass[root];
  for (int j = 0; j < m->njnt; j++, out += 6) {
    const int has_axis = m->jnt_type[j] == mjJNT_SLIDE || m->jnt_type[j] == mjJNT_HINGE;
    for (int i = 0; i < 3; i++) {
      out[i] = (float)d->xanchor[3 * j + i];
      out[3 + i] = has_axis ? (float)d->xaxis[3 * j + i] : 0;
    }
  }
  for (int i = 0; i < contacts; i++, out += 6) write_contact(out, m, d, d->contact + i);
}
