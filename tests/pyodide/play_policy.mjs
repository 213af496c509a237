// Plays a policy with the page's player in Node and records what a reward is computed from.
//
// usage: node play_policy.mjs TASK.json POLICY.websim ROBOTS EPISODES SEED OUTPUT [linked | brought]
// linked: as a link brings the policy to somebody else; brought: the task with it.
// OUTPUT: JSON line {steps, action_dim, signal_dim}, then of each step actions [B, A] f32, signals [B, S] f64, flags [B] u8.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importTypeScript } from './typescript.mjs';

const [taskPath, policyPath, robots, episodes, seed, output, linked] = process.argv.slice(2);
const player = await importTypeScript('./player_in_node.ts');
const given = player.readTaskFile(readFileSync(taskPath, 'utf8'));
const file = player.readPolicyFile(new Uint8Array(readFileSync(policyPath)));
const { task, policy } = shared(given, file);
const archives = readdirSync(robots).filter((name) => name.endsWith('.zip'));
const files = player.modelFiles(
  task,
  Object.fromEntries(
    archives.map((name) => [`${name.split('.')[0]}.zip`, readFileSync(join(robots, name))]),
  ),
);
const repository = new URL('../../', import.meta.url);
const compile = (file) => new WebAssembly.Module(readFileSync(new URL(file, repository)));
const mujoco = await player.Mujoco.create(
  new URL('node_modules/@mujoco/mujoco/mujoco.js', repository).href,
  compile('build/mujoco.wasm'),
  compile('build/physics.wasm'),
);
const numEnvs = Number(episodes);
const playing = new player.Episodes(mujoco, task, files, policy, { numEnvs, seed: Number(seed) });
// `websim.evaluate` begins with the second episode of each environment.
playing.restart();
const parts = [];
const steps = task.max_episode_steps;
for (let step = 0; step < steps; step++) {
  playing.step();
  for (const array of [playing.actions, playing.signals, playing.flags]) {
    parts.push(Buffer.from(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)));
  }
  playing.resetEnded();
}
const layout = {
  steps,
  action_dim: playing.actions.length / numEnvs,
  signal_dim: playing.signals.length / numEnvs,
};
writeFileSync(output, Buffer.concat([Buffer.from(`${JSON.stringify(layout)}\n`), ...parts]));

/** Task and policy, as they are or as they arrive. */
function shared(task, { task: name, options, policy }) {
  if (!linked) return { task, policy };
  const agent = { task: name, options, settings: {}, seed: 0, result: null, policy };
  if (linked === 'linked') return { ...player.readFragment(player.agentFragment(agent)), task };
  const sent = { ...agent, brought: player.describeTask(task) };
  const { brought, policy: received } = player.unpackAgent(player.packAgent(sent));
  return { task: brought.task, policy: received };
}
