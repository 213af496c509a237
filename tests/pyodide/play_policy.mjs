// Plays a policy with the page's player in Node and records what a reward is computed from.
//
// usage: node play_policy.mjs TASK.json POLICY.websim ROBOTS EPISODES SEED OUTPUT [linked]
// linked: as a link brings the policy to somebody else.
// OUTPUT: JSON line {steps, action_dim, signal_dim}, then of each step actions [B, A] f32, signals [B, S] f64, flags [B] u8.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importTypeScript } from './typescript.mjs';

const [taskPath, policyPath, robots, episodes, seed, output, linked] = process.argv.slice(2);
const player = await importTypeScript('./player_in_node.ts');
const task = player.readTaskFile(readFileSync(taskPath).buffer);
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
const file = player.readPolicyFile(new Uint8Array(readFileSync(policyPath)));
const facts = { task: file.task, options: file.options, settings: {}, seed: 0, result: null };
const { policy } = linked
  ? player.readFragment(player.agentFragment({ ...facts, policy: file.policy }))
  : file;
const numEnvs = Number(episodes);
const playing = new player.Episodes(mujoco, task, files, policy, { numEnvs, seed: Number(seed) });
// `websim.evaluate` begins with the second episode of each environment.
playing.restart();
const parts = [];
for (let step = 0; step < task.max_episode_steps; step++) {
  playing.step();
  for (const array of [playing.actions, playing.signals, playing.flags]) {
    parts.push(Buffer.from(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)));
  }
  playing.resetEnded();
}
const layout = {
  steps: task.max_episode_steps,
  action_dim: task.action_dim,
  signal_dim: task.signal_dim,
};
writeFileSync(output, Buffer.concat([Buffer.from(`${JSON.stringify(layout)}\n`), ...parts]));
