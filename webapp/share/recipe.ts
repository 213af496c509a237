// A recipe: all that a run is repeated from, without weights, as an address of the form.
//
// Task, algorithm, environments, steps and seed fill the form by the address's parameters. Where the run has more, other
// settings, options, a model or a reward of its own, the fragment holds all of it, and the page asks before it uses any.

import { ALGORITHMS, TASKS, type TrainRequest } from '../../workers/schema';
import { type AgentFacts, checkedFacts } from './agent_facts';
import { damaged, type Kind, seal, unseal } from './envelope';
import { fromText, MAX_LINK, toText } from './link';

export type Recipe = Omit<AgentFacts, 'result'>;

const KIND: Kind = { version: 1, name: 'The recipe' };
const MARK = '#recipe=';
const NUMBERS = ['num_envs', 'total_steps'] as const;

/** `site`: the folder of the site. Null where an address cannot hold as much. */
export function recipeAddress(recipe: Recipe, site: URL): string | null {
  const address = new URL('./', site);
  const { task, options, settings, seed, reward } = recipe;
  const known = (TASKS as readonly string[]).includes(task) && Object.keys(options).length === 0;
  const form = new Set<string>(['algorithm', ...NUMBERS]);
  if (!known || reward || Object.keys(settings).some((name) => !form.has(name))) {
    const text = toText(seal(new TextEncoder().encode(JSON.stringify(recipe)), KIND));
    if (text.length > MAX_LINK) return null;
    address.hash = MARK + text;
  }
  if (!known) return address.href;
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

/** `fragment`: `location.hash`. Null when it is none; throws a WebsimError, one sentence, when it cannot be read. */
export function readRecipe(fragment: string): Recipe | null {
  if (!fragment.startsWith(MARK)) return null;
  const content = unseal(fromText(fragment.slice(MARK.length)), KIND);
  let recipe: unknown;
  try {
    recipe = JSON.parse(new TextDecoder().decode(content));
  } catch {
    throw damaged(KIND, 'it is no JSON');
  }
  const { result: _, ...facts } = checkedFacts({ ...(recipe as object), result: null });
  return facts;
}

/** What the recipe asks for; whether it can be had is Python's to judge. */
export function requestOf({ task, options, settings, seed }: Recipe, ranks: number): TrainRequest {
  return { ...settings, env: task, env_options: options, seed, ranks } as TrainRequest;
}
