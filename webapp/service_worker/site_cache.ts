// One version of the site in the browser's storage: a cache of its own, so that two versions never mix.

/** What the build writes into the worker: see vite.config.ts. Files are relative to the site's folder. */
export interface SiteBuild {
  /** Changes with any file. */
  version: string;
  /** Files of the page, whose names hold a hash, or are of this version. */
  page: string[];
  /** Files that training needs at once, and what moves until then. */
  runtime: string[];
}

/** Files with their content's hash in the name. */
const HASHED = /\/(assets|runtime)\/(?!assets\.json$)/;

/** Folders whose files are kept once they were used: views and robots that are loaded later. */
const KEPT_FOLDERS = ['assets/', 'runtime/'];

export class SiteCache {
  readonly #prefix: string;
  readonly #name: string;

  /** `folder`: address of the site's folder; several sites of one origin keep apart by it. */
  constructor(
    private readonly build: SiteBuild,
    private readonly folder: string,
  ) {
    this.#prefix = `websim ${folder} `;
    this.#name = this.#prefix + build.version;
  }

  /** The address under which a request's file is kept; null for what is none of the site. */
  keyOf({ url }: Request): string | null {
    const path = url.split(/[?#]/, 1)[0]!.slice(this.folder.length);
    if (path === '' || path === 'index.html') return this.folder;
    const known = this.build.page.includes(path) || this.build.runtime.includes(path);
    return known || KEPT_FOLDERS.some((name) => path.startsWith(name)) ? this.folder + path : null;
  }

  async find(key: string): Promise<Response | undefined> {
    return (await caches.open(this.#name)).match(key, { ignoreVary: true });
  }

  async put(key: string, response: Response): Promise<void> {
    await (await caches.open(this.#name)).put(key, response);
  }

  /** Stores the page's files, or also the runtime's; rejects where one cannot be downloaded or stored. */
  async fill(what: 'page' | 'all'): Promise<void> {
    const files = what === 'page' ? this.build.page : [...this.build.page, ...this.build.runtime];
    await Promise.all(files.map((file) => this.#add(new URL(file, this.folder).href)));
  }

  /** Whether the page that runs this script is of this version. */
  has(script: string): boolean {
    return this.build.page.some((file) => new URL(file, this.folder).href === script);
  }

  async remove(): Promise<void> {
    await caches.delete(this.#name);
  }

  async removeOthers(): Promise<void> {
    for (const name of await caches.keys()) {
      if (name.startsWith(this.#prefix) && name !== this.#name) await caches.delete(name);
    }
  }

  async #add(address: string): Promise<void> {
    if (await this.find(address)) return;
    // The name of a hashed file says what is in it, so another version's will do.
    const hashed = HASHED.test(address);
    const known = hashed ? await caches.match(address, { ignoreVary: true }) : undefined;
    const response = known ?? (await fetch(address, hashed ? {} : { cache: 'no-cache' }));
    if (!response.ok) throw new Error(`${address} answered HTTP ${response.status}`);
    await this.put(address, response);
  }
}
