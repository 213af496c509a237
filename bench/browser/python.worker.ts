// A rank as the page has it, Python and MuJoCo joined by the host, which runs a measuring module instead of a training.

import type { PyodideAPI } from 'pyodide';
import { Mujoco } from '../../workers/physics/mujoco';
import { Host } from '../../workers/ranks/host';
import { openRunLink } from '../../workers/ranks/run_link';
import { Python } from '../../workers/runtime/python';
import { answerOrders } from './answering';
import type { PythonOrder } from './orders';

const FOLDER = '/measuring';

let pyodide: PyodideAPI | null = null;
let host: Host | null = null;

async function carryOut(order: PythonOrder): Promise<unknown> {
  switch (order.type) {
    case 'boot': {
      const { assets, cores, modules } = order;
      const python = await Python.boot(assets, () => {}, {});
      const mujoco = await Mujoco.create(
        assets['mujoco.mjs'] as string,
        assets['mujoco.wasm'] as WebAssembly.Module,
        assets['physics.wasm'] as WebAssembly.Module,
      );
      const clock = timeCalls(mujoco);
      host = new Host(python, mujoco, cores);
      python.registerModule('websim_host', host.module());
      python.registerModule('kernel_clock', { seconds: clock });
      // The site itself runs no Python text, so its class has no method for it.
      ({ pyodide } = python as unknown as { pyodide: PyodideAPI });
      pyodide.FS.mkdir(FOLDER);
      for (const [name, text] of Object.entries(modules)) {
        pyodide.FS.writeFile(`${FOLDER}/${name}.py`, text);
      }
      pyodide.runPython(`import sys; sys.path.append("${FOLDER}")`);
      return null;
    }
    case 'link': {
      if (!host) throw new Error('boot must come before link');
      host.link = openRunLink(order.shared, order.rank, () => {});
      return null;
    }
    case 'call': {
      if (!pyodide) throw new Error('boot must come before call');
      const { module, name, args } = order;
      pyodide.globals.set('args', JSON.stringify(args));
      const call = `json.dumps(${module}.${name}(*json.loads(args)))`;
      return JSON.parse(pyodide.runPython(`import json, ${module}; ${call}`) as string);
    }
    default:
      throw new Error(`unknown order ${JSON.stringify(order satisfies never)}`);
  }
}

/** A clock of the time that was spent in MuJoCo and the kernels, in seconds. */
function timeCalls(mujoco: Mujoco): () => number {
  const call = mujoco.call.bind(mujoco);
  let spent = 0;
  mujoco.call = (run) => {
    const start = performance.now();
    try {
      return call(run);
    } finally {
      spent += performance.now() - start;
    }
  };
  return () => spent / 1000;
}

answerOrders(carryOut);
