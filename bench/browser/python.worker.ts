// A rank as the page has it, Python and MuJoCo joined by the host, which runs a measuring module instead of a training.

import type { PyodideAPI } from 'pyodide';
import { Host } from '../../workers/host';
import { Mujoco } from '../../workers/mujoco';
import { Python } from '../../workers/python';
import { answerOrders } from './answering';
import type { PythonOrder } from './orders';

let pyodide: PyodideAPI | null = null;

async function carryOut(order: PythonOrder): Promise<unknown> {
  switch (order.type) {
    case 'boot': {
      const { assets, cores, source } = order;
      const python = await Python.boot(assets, () => {}, {});
      const mujoco = await Mujoco.create(
        assets['mujoco.mjs'] as string,
        assets['mujoco.wasm'] as WebAssembly.Module,
        assets['physics.wasm'] as WebAssembly.Module,
      );
      const clock = timeCalls(mujoco);
      python.registerModule('websim_host', new Host(python, mujoco, cores).module());
      python.registerModule('kernel_clock', { seconds: clock });
      // The site itself runs no Python text, so its class has no method for it.
      ({ pyodide } = python as unknown as { pyodide: PyodideAPI });
      pyodide.runPython(source);
      return null;
    }
    case 'call': {
      if (!pyodide) throw new Error('boot must come before call');
      pyodide.globals.set('_args', JSON.stringify(order.args));
      const result = pyodide.runPython(
        `import json; json.dumps(${order.name}(*json.loads(_args)))`,
      );
      return JSON.parse(result as string);
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
