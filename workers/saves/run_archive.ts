// A whole run in one file: a zip archive without compression, as py_src/websim/saving/saved_run.py writes and reads it.

import { unzipSync, type Zippable, zipSync } from 'fflate';
import { WebsimError } from '../errors';

export const SUFFIX = '.websim-run';

export type ArchiveFiles = Map<string, Uint8Array>;

export function packArchive(files: ArchiveFiles): Uint8Array {
  const entries: Zippable = {};
  for (const [name, data] of files) entries[name] = [data, { level: 0 }];
  return zipSync(entries);
}

/** A `WebsimError` when it is no such archive. */
export function unpackArchive(data: Uint8Array): ArchiveFiles {
  try {
    const entries = unzipSync(data, {
      filter: ({ compression, size, originalSize }) => {
        // Only what is written here: then the files are no larger than the archive.
        if (compression !== 0 || size !== originalSize) throw new Error('it is compressed');
        return true;
      },
    });
    return new Map(Object.entries(entries));
  } catch (error) {
    const { message } = error as Error;
    throw new WebsimError(`This file is no saved run (${SUFFIX}), or it is damaged: ${message}.`);
  }
}
