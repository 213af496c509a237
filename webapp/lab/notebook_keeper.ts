// Keeps the open notebook in this browser as it changes, and knows what else is kept.

import { parseNotebook, writeNotebook } from './ipynb';
import { firstNotebook, type Notebook, newId } from './notebook';
import { NotebookClaim } from './notebook_claim';
import type { NotebookShelf, ShelfEntry } from './notebook_shelf';

/** Milliseconds after the first change that is not kept. */
const SOON_MS = 500;

/** Dispatches 'change'. */
export class NotebookKeeper extends EventTarget {
  entries: readonly ShelfEntry[] = [];
  /** Why the last change is not kept, in a sentence. */
  trouble = '';

  /** Whether all changes are kept; null: there were none. */
  kept: boolean | null = null;

  readonly #claim = new NotebookClaim();
  #waiting: Notebook | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly shelf: NotebookShelf) {
    super();
    // What comes last: a page that is closed gets no later event that can be relied on.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') void this.keepNow();
    });
  }

  /** The notebook that was open last, or a first one. */
  async begin(): Promise<Notebook> {
    await this.#list();
    const id = this.shelf.lastOpen;
    try {
      if (id !== null) return await this.read(id);
    } catch {
      // It was deleted, or its storage is: the list has what is left.
    }
    return firstNotebook();
  }

  async read(id: string): Promise<Notebook> {
    const text = await this.shelf.read(id);
    if (text === null) throw new Error('This browser does not have that notebook any more.');
    this.shelf.lastOpen = id;
    return { ...parseNotebook(text, 'The kept notebook'), id };
  }

  /** A notebook to be opened here; while another tab has it open, a copy: of two that keep one, the last would win. */
  async own(notebook: Notebook): Promise<{ notebook: Notebook; copied: boolean }> {
    if (await this.#claim.take(notebook.id)) return { notebook, copied: false };
    const copy = { ...notebook, id: newId(), title: `${notebook.title} (copy)` };
    await this.#claim.take(copy.id);
    return { notebook: copy, copied: true };
  }

  async remove(id: string): Promise<void> {
    if (this.#waiting?.id === id) this.#waiting = null;
    await this.shelf.remove(id);
    if (this.shelf.lastOpen === id) this.shelf.lastOpen = null;
    await this.#list();
  }

  /** Takes what the notebook is in a moment from now. */
  keepSoon(notebook: Notebook): void {
    if (this.#waiting && this.#waiting !== notebook) void this.keepNow();
    this.#waiting = notebook;
    this.kept = false;
    this.#timer ??= setTimeout(() => void this.keepNow(), SOON_MS);
  }

  async keepNow(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const notebook = this.#waiting;
    if (!notebook) return;
    this.#waiting = null;
    try {
      await this.shelf.keep(notebook.id, notebook.title, writeNotebook(notebook));
      this.shelf.lastOpen = notebook.id;
      this.trouble = '';
      this.kept = this.#waiting === null;
      await this.#list();
    } catch (error) {
      this.trouble = `This browser cannot keep the notebook (${(error as Error).message}): save it as a file.`;
      this.dispatchEvent(new Event('change'));
    }
  }

  async #list(): Promise<void> {
    try {
      this.entries = await this.shelf.list();
    } catch {
      // Storage is refused: the page works, and the first change says that it is not kept.
      this.entries = [];
    }
    this.dispatchEvent(new Event('change'));
  }
}
