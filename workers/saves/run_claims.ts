// Which page goes on with which saved run: a lock each, which the browser frees when the page is gone.

import { WebsimError } from '../errors';

const PREFIX = 'websim run ';
/** A page that is being closed or loaded again holds its locks for a while. */
const RETRY_MS = 100;
const PATIENCE_MS = 3000;

export class RunClaims {
  private readonly releases = new Map<string, () => void>();

  has(id: string): boolean {
    return this.releases.has(id);
  }

  /** Rejects when the run is another page's. */
  async claim(id: string): Promise<void> {
    if (this.has(id)) return;
    for (const start = performance.now(); !(await this.attempt(id)); ) {
      if (performance.now() - start > PATIENCE_MS) {
        throw new WebsimError('This run goes on in another tab: go there, or close it first.');
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  release(id: string): void {
    this.releases.get(id)?.();
    this.releases.delete(id);
  }

  /** All that are claimed, by any page. */
  async all(): Promise<Set<string>> {
    const { held = [] } = await navigator.locks.query();
    const names = held.map(({ name = '' }) => name).filter((name) => name.startsWith(PREFIX));
    return new Set(names.map((name) => name.slice(PREFIX.length)));
  }

  private attempt(id: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const held = navigator.locks.request(PREFIX + id, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        if (lock) return new Promise<void>((release) => this.releases.set(id, release));
      });
      held.catch(reject);
    });
  }
}
