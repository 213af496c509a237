// What a person wrote about a run: kept beside its saves, and in its file.

export interface RunLabel {
  /** Empty: the run goes by its task. */
  name: string;
  notes: string;
}

export const LABEL = 'label.json';
export const NO_LABEL: RunLabel = { name: '', notes: '' };

const MAX_NAME = 80;
const MAX_NOTES = 20_000;

/** Without what is more than a list can show. */
export function cutLabel({ name, notes }: RunLabel): RunLabel {
  return { name: name.trim().slice(0, MAX_NAME), notes: notes.slice(0, MAX_NOTES) };
}

export function labelText(label: RunLabel): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(label));
}

/** Inverse of `labelText`; no label where there is none, or none that can be read. */
export function readLabel(text: Uint8Array | null | undefined): RunLabel {
  try {
    const { name, notes } = JSON.parse(new TextDecoder().decode(text ?? new Uint8Array()));
    if (typeof name === 'string' && typeof notes === 'string') return cutLabel({ name, notes });
  } catch {
    // A label that was cut short is lost; the run is not.
  }
  return NO_LABEL;
}
