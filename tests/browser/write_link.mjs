// Prints the fragment of a policy file's link.
//
// usage: node write_link.mjs POLICY.websim FACTS.json

import { readFileSync } from 'node:fs';
import { importTypeScript } from '../pyodide/typescript.mjs';

const [path, facts] = process.argv.slice(2);
const { agentFragment, readPolicyFile } = await importTypeScript('./player_in_node.ts');
const { task, options, policy } = readPolicyFile(new Uint8Array(readFileSync(path)));
const agent = {
  ...{ task, options, policy, seed: 7 },
  settings: { algorithm: 'ppo', num_envs: 64, total_steps: 1_500_000, gamma: 0.985 },
  result: { episodic_return: 5382, interval: 31, global_step: 1_500_000 },
};
process.stdout.write(agentFragment({ ...agent, ...JSON.parse(facts) }));
