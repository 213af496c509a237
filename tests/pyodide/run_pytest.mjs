// Runs a pytest file inside Pyodide, with the package and the kernels that the page gets.
//
// usage: node run_pytest.mjs RUNTIME_DIR SITE_PACKAGES DATA_DIR TEST_DIR TEST_FILE NET_LIBRARY
//
// DATA_DIR is /host/data in there. NET_LIBRARY: the build of the network kernels, net.so or net_relaxed.so.

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { loadPyodide } from 'pyodide';
import { importTypeScript } from './typescript.mjs';

const [runtime, sitePackages, dataDir, testDir, testFile, library] = process.argv.slice(2);
const { assets } = JSON.parse(readFileSync(join(runtime, 'assets.json'), 'utf8'));
const read = (name) => readFileSync(join(runtime, assets[name].file));
const bytes = (name) => new Uint8Array(read(name)).buffer;

const pyodide = await loadPyodide();
const extractDir = pyodide.pyimport('site').getsitepackages()[0];
const numpy = Object.keys(assets).find((name) => name.startsWith('numpy-'));
for (const wheel of [numpy, 'websim.whl'])
  pyodide.unpackArchive(bytes(wheel), 'wheel', { extractDir });

const NET_LIBRARY = '/lib/websim_net.so';
pyodide.FS.writeFile(NET_LIBRARY, new Uint8Array(bytes(library)));
pyodide.registerJsModule('websim_host', await openHost());

// pytest and its helpers are pure Python: the ones installed for CPython serve.
for (const [name, folder] of [
  ['site', sitePackages],
  ['data', dataDir],
  ['tests', testDir],
]) {
  pyodide.FS.mkdirTree(`/host/${name}`);
  pyodide.mountNodeFS(`/host/${name}`, folder);
}
pyodide.globals.set('test_file', testFile);
const status = await pyodide.runPythonAsync(`
import shutil, sys
from pathlib import Path
for name in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"):
    shutil.copytree(f"/host/site/{name}", f"/tmp/site/{name}", ignore=shutil.ignore_patterns("__pycache__"))
shutil.copy("/host/site/py.py", "/tmp/site")
sys.path[:0] = ["/tmp/site", "/host/tests"]
import pytest
int(pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir=/host/tests", "-c", "/dev/null", "-W", "error", f"/host/tests/{test_file}"]))
`);
process.exit(status);

/** The module `websim_host` as a rank's worker makes it, over the MuJoCo and the kernel that the page gets. */
async function openHost() {
  const { Host, Mujoco } = await importTypeScript('./engine_host.ts');
  const compiled = (name) => new WebAssembly.Module(read(name));
  const loader = pathToFileURL(resolve(runtime, assets['mujoco.mjs'].file));
  const mujoco = await Mujoco.create(
    loader.href,
    compiled('mujoco.wasm'),
    compiled('physics.wasm'),
  );
  const python = {
    netLibrary: NET_LIBRARY,
    get heap() {
      return pyodide._module.HEAPU8;
    },
  };
  return new Host(python, mujoco, cpus().length).module();
}
