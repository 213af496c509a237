// Files that a person gives, as a model: one .xml or .zip, or an .xml with the meshes beside it, also in folders.

import type { ModelSource } from '../../workers/ranks/protocol';

/** Among several .xml files at the top, as in an archive. */
const MAIN_NAMES = ['scene.xml', 'model.xml'];

/** Throws, in one sentence, when it cannot be told which file is the model. */
export async function readModel(files: ReadonlyMap<string, File>): Promise<ModelSource> {
  const [[name, only] = ['', null]] = files;
  if (files.size === 1 && only && /\.(xml|mjcf|zip)$/i.test(name)) {
    return { file: await bytesOf(only) };
  }
  const main = mainFile([...files.keys()]);
  const folder = main.slice(0, main.lastIndexOf('/') + 1);
  const given: Record<string, Uint8Array> = {};
  for (const [path, file] of files) {
    if (path !== main && path.startsWith(folder))
      given[path.slice(folder.length)] = await bytesOf(file);
  }
  return { xml: await files.get(main)!.text(), files: given };
}

export function mainFile(paths: readonly string[]): string {
  const models = paths.filter((path) => /\.(xml|mjcf)$/i.test(path));
  const depth = Math.min(...models.map(depthOf));
  const top = models.filter((path) => depthOf(path) === depth);
  const main =
    top.length === 1
      ? top[0]
      : MAIN_NAMES.map((name) => top.find((path) => path.endsWith(name))).find(Boolean);
  if (main) return main;
  throw new Error(
    top.length === 0
      ? 'The files have no model: expected an .xml or a .zip among them.'
      : `The files have several models (${top.join(', ')}): name one of them scene.xml, or give it alone with what it needs.`,
  );
}

/** What was dropped, with the contents of folders, by path. Must be called while the drop is handled. */
export async function droppedFiles(items: DataTransferItemList): Promise<Map<string, File>> {
  const entries = [...items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const files = new Map<string, File>();
  for (const entry of entries) await collect(entry, files);
  return files;
}

async function collect(entry: FileSystemEntry, files: Map<string, File>): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    files.set(entry.fullPath.slice(1), file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives its entries a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const inside of some) await collect(inside, files);
  }
}

async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

function depthOf(path: string): number {
  return path.split('/').length;
}
