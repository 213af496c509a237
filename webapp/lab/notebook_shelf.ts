// The notebooks that this browser keeps, as files in IndexedDB: their pictures would not fit into local storage.

export interface ShelfEntry {
  id: string;
  title: string;
  /** Milliseconds since 1970. */
  changed: number;
}

interface ShelfRecord extends ShelfEntry {
  /** An .ipynb file. */
  text: string;
}

const DATABASE = 'websim-lab';
const STORE = 'notebooks';
/** Which notebook was open last. */
const OPEN = 'websim.lab.open';

export class NotebookShelf {
  #database: Promise<IDBDatabase> | null = null;

  /** The newest first. */
  async list(): Promise<ShelfEntry[]> {
    const records = await this.#do<ShelfRecord[]>('readonly', (store) => store.getAll());
    return records
      .map(({ id, title, changed }) => ({ id, title, changed }))
      .sort((a, b) => b.changed - a.changed);
  }

  /** The file's text; null: it is not there. */
  async read(id: string): Promise<string | null> {
    const record = await this.#do<ShelfRecord | undefined>('readonly', (store) => store.get(id));
    return record?.text ?? null;
  }

  async keep(id: string, title: string, text: string): Promise<void> {
    const record: ShelfRecord = { id, title, changed: Date.now(), text };
    await this.#do('readwrite', (store) => store.put(record));
  }

  async remove(id: string): Promise<void> {
    await this.#do('readwrite', (store) => store.delete(id));
  }

  get lastOpen(): string | null {
    try {
      return localStorage.getItem(OPEN);
    } catch {
      // The browser keeps nothing for this page.
      return null;
    }
  }

  set lastOpen(id: string | null) {
    try {
      if (id === null) localStorage.removeItem(OPEN);
      else localStorage.setItem(OPEN, id);
    } catch {
      // The first notebook will be shown then.
    }
  }

  async #do<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    this.#database ??= open();
    const database = await this.#database;
    const transaction = database.transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onabort = () => reject(transaction.error ?? new Error('the storage is full'));
    });
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
