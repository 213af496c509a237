// Which tab has which notebook open: a lock each, which the browser frees when the tab is gone.

/** A page that is loaded again holds its lock for a while. */
const PATIENCE_MS = 1500;

export class NotebookClaim {
  #id = '';
  #release: () => void = () => {};

  /** Makes a notebook this tab's in place of the one before; false, and nothing changes, when it is another tab's. */
  async take(id: string): Promise<boolean> {
    // Pages that are not secure have no locks.
    if (id === this.#id || !('locks' in navigator)) return true;
    const release = await hold(`websim notebook ${id}`);
    if (!release) return false;
    this.#release();
    this.#release = release;
    this.#id = id;
    return true;
  }
}

/** What frees the lock again; null: it is not to be had. */
function hold(name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const held = navigator.locks.request(
      name,
      { signal },
      () => new Promise<void>((release) => resolve(release)),
    );
    held.catch(() => resolve(null));
  });
}
