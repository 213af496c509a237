// Runs network_kernels.py in Pyodide on a build of the network kernels.
//
// usage: node [--experimental-wasm-relaxed-simd] bench/network_kernels.mjs build/net.so

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPyodide } from 'pyodide';

const repo = join(dirname(fileURLToPath(import.meta.url)), '..');
const runtime = join(repo, 'build/public/runtime');
const { assets } = JSON.parse(readFileSync(join(runtime, 'assets.json'), 'utf8'));
const numpy = Object.keys(assets).find((name) => name.startsWith('numpy-'));

const pyodide = await loadPyodide();
const extractDir = pyodide.pyimport('site').getsitepackages()[0];
const wheel = new Uint8Array(readFileSync(join(runtime, assets[numpy].file))).buffer;
pyodide.unpackArchive(wheel, 'wheel', { extractDir });
pyodide.FS.writeFile('/lib/net.so', readFileSync(process.argv[2]));
pyodide.registerJsModule('websim_host', { net_library: () => '/lib/net.so' });
for (const folder of ['py_src', 'bench']) {
  pyodide.FS.mkdirTree(`/host/${folder}`);
  pyodide.mountNodeFS(`/host/${folder}`, join(repo, folder));
}
pyodide.runPython('import sys; sys.path[:0] = ["/host/py_src", "/host/bench"]');
pyodide.runPython('import network_kernels; network_kernels.main()');
