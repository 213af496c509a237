// What is drawn over robots, in all views alike: chosen by a menu or by keys, and kept by this browser.

import type { OverlayKinds } from '../viewer/viewer_protocol';

export type OverlayKind = keyof OverlayKinds;

/** Keys are those of MuJoCo's own viewer. */
export const OVERLAYS: Record<OverlayKind, { title: string; key: string }> = {
  contacts: { title: 'Contact points', key: 'c' },
  forces: { title: 'Contact forces', key: 'f' },
  joints: { title: 'Joint axes', key: 'j' },
  centreOfMass: { title: 'Centre of mass', key: 'm' },
};
const KINDS = Object.keys(OVERLAYS) as OverlayKind[];

const KEY = 'websim overlays';

/** Dispatches 'change' when something else is to be shown. */
class Overlays extends EventTarget {
  readonly shown: OverlayKinds = {
    contacts: false,
    forces: false,
    joints: false,
    centreOfMass: false,
  };

  constructor() {
    super();
    for (const kind of kept()) this.shown[kind] = true;
  }

  /** Whether anything is shown. */
  get any(): boolean {
    return KINDS.some((kind) => this.shown[kind]);
  }

  toggle(kind: OverlayKind): void {
    this.shown[kind] = !this.shown[kind];
    try {
      localStorage.setItem(KEY, KINDS.filter((each) => this.shown[each]).join(' '));
    } catch {
      // They stay until the page is closed.
    }
    this.dispatchEvent(new Event('change'));
  }

  /** Toggles what the key stands for. */
  readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const kind = KINDS.find((each) => OVERLAYS[each].key === event.key.toLowerCase());
    if (!kind) return;
    event.preventDefault();
    this.toggle(kind);
  };
}

function kept(): OverlayKind[] {
  try {
    const words = (localStorage.getItem(KEY) ?? '').split(' ');
    return KINDS.filter((kind) => words.includes(kind));
  } catch {
    return [];
  }
}

export const overlays = new Overlays();
