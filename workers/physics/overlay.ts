// Numbers of an overlay, what a view draws over a robot: the layout of wasm_build/kernels/overlay.h.

const HEAD = 6;
const CONTACTS = 64;
/** Of a joint: anchor, axis; of a contact: position, force. */
const EACH = 6;

export interface Overlay {
  /** Metres. */
  centreOfMass: Float32Array;
  /** Of the robot, kg. */
  mass: number;
  /** [n, 6]: anchor, axis; an axis of zeros of joints that have none. */
  joints: Float32Array;
  /** [n, 6]: position, force in N. */
  contacts: Float32Array;
}

/** Null of numbers that were not computed. The arrays are parts of `numbers`. */
export function readOverlay(numbers: Float32Array): Overlay | null {
  if (!numbers[0]) return null;
  const contactsAt = numbers.length - CONTACTS * EACH;
  return {
    centreOfMass: numbers.subarray(2, 5),
    mass: numbers[5]!,
    joints: numbers.subarray(HEAD, contactsAt),
    contacts: numbers.subarray(contactsAt, contactsAt + EACH * numbers[1]!),
  };
}
