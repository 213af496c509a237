// Steps each model of a JSON file in two builds of MuJoCo and compares states and forces bit by bit.
//
// usage: node compare_modules.mjs LOADER ONE.wasm OTHER.wasm MODELS.json STEPS      prints {model: [steps that agree, pairs of geom types that touched]}

import { readFileSync } from 'node:fs';

const [loaderFile, one, other, models, steps] = process.argv.slice(2);
const { default: load } = await import(loaderFile);
const builds = await Promise.all(
  [one, other].map((file) => load({ wasmBinary: readFileSync(file), printErr: () => {} })),
);

/** Repeatable numbers in [-1, 1). */
function noise(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function* trajectory(mujoco, xml) {
  const model = mujoco.MjModel.from_xml_string(xml);
  const data = new mujoco.MjData(model);
  const random = noise(7);
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < data.ctrl.length; i++) data.ctrl[i] = random();
    if (step % 50 === 0) for (let i = 0; i < data.qvel.length; i++) data.qvel[i] += random();
    mujoco.mj_step(model, data);
    const { qpos, qvel, qacc, qfrc_constraint, sensordata, xpos } = data;
    const parts = [qpos, qvel, qacc, qfrc_constraint, sensordata, xpos];
    yield {
      bytes: Buffer.concat(parts.map((part) => Buffer.from(part.slice().buffer))),
      touching: touching(model, data),
    };
  }
}

function touching(model, data) {
  const pairs = [];
  for (let i = 0; i < data.ncon; i++) {
    const { geom1, geom2 } = data.contact.get(i);
    pairs.push(
      [geom1, geom2]
        .map((geom) => model.geom_type[geom])
        .sort()
        .join('-'),
    );
  }
  return pairs;
}

const agreed = {};
for (const [name, xml] of Object.entries(JSON.parse(readFileSync(models, 'utf8')))) {
  const [ours, theirs] = builds.map((mujoco) => trajectory(mujoco, xml));
  const pairs = new Set();
  let same = 0;
  for (const { bytes, touching } of ours) {
    if (!bytes.equals(theirs.next().value.bytes)) break;
    same++;
    for (const pair of touching) pairs.add(pair);
  }
  agreed[name] = [same, [...pairs]];
}
console.log(JSON.stringify(agreed));
