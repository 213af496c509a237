// Loads models as a rank's worker does, and a good one after each.
//
// usage: node load_models.mjs RUNTIME_DIR MODELS
//
// MODELS has a JSON object a line: {xml, assets: {name: base64}}. For each, a line of JSON is printed: {error (empty: it
// loaded), check (what the player says before it loads it), damage, next (whether the good model loaded), seconds,
// megabytes (of MuJoCo's memory)}, and for those that load, {sizes: [nq, nv, nu, ngeom, nmesh], mass}.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importTypeScript } from './typescript.mjs';

const [runtime, models] = process.argv.slice(2);
const { assets } = JSON.parse(readFileSync(join(runtime, 'assets.json'), 'utf8'));
const path = (name) => resolve(runtime, assets[name].file);
const compiled = (name) => new WebAssembly.Module(readFileSync(path(name)));
const { Mujoco } = await importTypeScript('./engine_host.ts');
const { checkedModels } = await importTypeScript('./player_in_node.ts');
const mujoco = await Mujoco.create(
  pathToFileURL(path('mujoco.mjs')).href,
  compiled('mujoco.wasm'),
  compiled('physics.wasm'),
);

const GOOD = '<mujoco><worldbody><body><joint/><geom size="1"/></body></worldbody></mujoco>';
for (const line of readFileSync(models, 'utf8').split('\n').filter(Boolean)) {
  const { xml, assets } = JSON.parse(line);
  const files = Object.fromEntries(
    Object.entries(assets).map(([name, data]) => [
      name,
      new Uint8Array(Buffer.from(data, 'base64')),
    ]),
  );
  const start = performance.now();
  const result = load(xml, files);
  result.seconds = (performance.now() - start) / 1000;
  result.megabytes = mujoco.heap.length / 1e6;
  result.check = check(xml, files);
  result.damage = mujoco.damage;
  result.next = load(GOOD, {}).sizes?.[1] === 1;
  console.log(JSON.stringify(result));
}

function load(xml, files) {
  try {
    const model = mujoco.loadModel(xml, files);
    const { nq, nv, nu, ngeom, nmesh } = model;
    const mass = model.body_subtreemass[0];
    model.delete();
    return { error: '', sizes: [nq, nv, nu, ngeom, nmesh], mass };
  } catch (error) {
    return { error: error.message };
  }
}

function check(xml, files) {
  try {
    checkedModels([xml], files);
    return '';
  } catch (error) {
    return error.message;
  }
}
