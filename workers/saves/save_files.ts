// Files of saved runs in the browser's own file system (OPFS). For workers: only they may write synchronously, which
// neither copies the file nor needs the page.

/** Paths are relative, with slashes. */
export interface Files {
  /** Null when there is no such file. */
  read(path: string): Promise<Uint8Array | null>;
  /** Another text after each change of the file; null when there is no such file. */
  stamp(path: string): Promise<string | null>;
  /** The whole file; on the disk when it resolves. */
  write(path: string, data: Uint8Array): Promise<void>;
  /** Cuts the file off at byte `at`, then adds `data`. */
  append(path: string, data: Uint8Array, at: number): Promise<void>;
  /** A file or a folder with all that is in it; nothing when there is none. */
  remove(path: string): Promise<void>;
  /** Names in a folder; none when there is no such folder. */
  list(path: string): Promise<string[]>;
}

/** A tab that is being closed may hold its files for a while. */
const RETRY_MS = 50;
const PATIENCE_MS = 5000;

/** Rejects where the browser has no such file system: in some private windows, and on insecure pages. */
export async function openFiles(): Promise<Files> {
  const root = await navigator.storage.getDirectory();
  return new OriginFiles(root);
}

class OriginFiles implements Files {
  constructor(private readonly root: FileSystemDirectoryHandle) {}

  async read(path: string): Promise<Uint8Array | null> {
    const file = await this.file(path);
    return file && absent(null, async () => new Uint8Array(await file.arrayBuffer()));
  }

  async stamp(path: string): Promise<string | null> {
    const file = await this.file(path);
    return file && `${file.lastModified} ${file.size}`;
  }

  async write(path: string, data: Uint8Array): Promise<void> {
    await this.change(path, data, 0);
  }

  async append(path: string, data: Uint8Array, at: number): Promise<void> {
    await this.change(path, data, at);
  }

  async remove(path: string): Promise<void> {
    await absent(undefined, async () => {
      const { folder, name } = await this.locate(path, false);
      await patiently(() => folder.removeEntry(name, { recursive: true }));
    });
  }

  async list(path: string): Promise<string[]> {
    return absent([], async () => {
      const names: string[] = [];
      for await (const name of (await this.folder(path.split('/'), false)).keys()) names.push(name);
      return names;
    });
  }

  private file(path: string): Promise<File | null> {
    return absent(null, async () => {
      const { folder, name } = await this.locate(path, false);
      return (await folder.getFileHandle(name)).getFile();
    });
  }

  private async change(path: string, data: Uint8Array, at: number): Promise<void> {
    const { folder, name } = await this.locate(path, true);
    const file = await folder.getFileHandle(name, { create: true });
    const handle = await patiently(() => file.createSyncAccessHandle());
    try {
      handle.truncate(at);
      const written = handle.write(data, { at });
      if (written !== data.length) {
        throw new DOMException('the file could not be written to its end', 'QuotaExceededError');
      }
      handle.flush();
    } finally {
      handle.close();
    }
  }

  private async locate(path: string, create: boolean) {
    const names = path.split('/');
    const name = names.pop() as string;
    return { folder: await this.folder(names, create), name };
  }

  private async folder(names: string[], create: boolean): Promise<FileSystemDirectoryHandle> {
    let folder = this.root;
    for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
    return folder;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof DOMException && error.name === name;
}

async function absent<T>(instead: T, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (isNamed(error, 'NotFoundError')) return instead;
    throw error;
  }
}

async function patiently<T>(action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return await action();
    } catch (error) {
      const locked = isNamed(error, 'NoModificationAllowedError');
      if (!locked || performance.now() - start > PATIENCE_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
