// Writes FILE.gz and FILE.br beside every file of a folder that gains from it, for servers that send
// them as they are. Results are kept by content hash, because runtime files rarely change.
//
// usage: node scripts/compress.mjs FOLDER CACHE_FOLDER

import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Below this a response fits into the first packets anyway. */
const SMALLEST = 1400;

/** A compressed twin has to save this share, or it is left out: zip files and wheels gain nothing. */
const LEAST_GAIN = 0.05;

const ENCODERS = {
  '.gz': (data) => promisify(gzip)(data, { level: 9 }),
  '.br': (data) =>
    promisify(brotliCompress)(data, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
      },
    }),
};

const exists = (path) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function compress(path, cache) {
  const data = await readFile(path);
  if (data.length < SMALLEST) return;
  const hash = createHash('sha256').update(data).digest('hex').slice(0, 16);
  for (const [suffix, encode] of Object.entries(ENCODERS)) {
    const kept = join(cache, `${hash}${suffix}`);
    if (!(await exists(kept))) {
      const unfinished = `${kept}.${process.pid}.tmp`;
      await writeFile(unfinished, await encode(data));
      await rename(unfinished, kept);
    }
    if ((await stat(kept)).size < data.length * (1 - LEAST_GAIN))
      await copyFile(kept, path + suffix);
  }
}

const [folder, cache] = process.argv.slice(2);
if (!folder || !cache) {
  console.error('usage: node scripts/compress.mjs FOLDER CACHE_FOLDER');
  process.exit(2);
}
await mkdir(cache, { recursive: true });
const entries = await readdir(folder, { recursive: true, withFileTypes: true });
const files = entries
  .filter((entry) => entry.isFile() && !/\.(br|gz)$|^_headers$/.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
await Promise.all(files.map((path) => compress(path, cache)));
