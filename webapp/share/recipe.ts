// A recipe: the address of the form with an agent's task, settings and seed filled in, and no weights.

import { ALGORITHMS, TASKS } from '../../workers/schema';
import type { AgentFacts } from './agent_facts';

const NUMBERS = ['num_envs', 'total_steps'] as const;

/** `site`: the folder of the site. Null where this site does not know the task, or its options are not the form's. */
export function recipeAddress(facts: AgentFacts, site: URL): string | null {
  const { task, options, settings, seed } = facts;
  if (!(TASKS as readonly string[]).includes(task) || Object.keys(options).length > 0) return null;
  const address = new URL('./', site);
  const { searchParams } = address;
  searchParams.set('env', task);
  const { algorithm } = settings;
  if ((ALGORITHMS as readonly unknown[]).includes(algorithm)) {
    searchParams.set('algorithm', String(algorithm));
  }
  for (const name of NUMBERS) {
    const value = settings[name];
    if (Number.isSafeInteger(value)) searchParams.set(name, String(value));
  }
  searchParams.set('seed', String(seed));
  return address.href;
}

/** The lines that put an agent into a page of any site. `fragment`: of the agent's link, with its #. */
export function embedCode(site: URL, fragment: string): string {
  const script = new URL('websim-agent.js', site);
  const agent = new URL(`agent.html${fragment}`, site);
  return `<script src="${script}" async></script>\n<websim-agent src="${agent}" controls></websim-agent>\n`;
}
