// The worked lessons: notebooks of the site, each loaded when it is opened.

import { parseNotebook } from './ipynb';
import type { Notebook } from './notebook';

const FILES = import.meta.glob('../../lessons/*.ipynb', { query: '?raw', import: 'default' });

export interface Lesson {
  /** As the address names it: "1_policy_gradient". */
  name: string;
  title: string;
}

export const LESSONS: readonly Lesson[] = Object.keys(FILES)
  .map(nameOf)
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  .map((name) => ({ name, title: titleOf(name) }));

/** Its metadata say `lesson`: `name`, wherever it is kept. */
export async function loadLesson(name: string): Promise<Notebook> {
  const path = Object.keys(FILES).find((one) => nameOf(one) === name);
  if (!path) {
    const known = LESSONS.map((lesson) => lesson.name).join(', ');
    throw new Error(`There is no lesson "${name}"; choose one of ${known}.`);
  }
  const notebook = parseNotebook((await FILES[path]!()) as string, `${name}.ipynb`);
  return { ...notebook, title: titleOf(name), metadata: { ...notebook.metadata, lesson: name } };
}

function nameOf(path: string): string {
  return path.replace(/^.*\/|\.ipynb$/g, '');
}

/** "1_policy_gradient" -> "1. Policy gradient" */
function titleOf(name: string): string {
  const [, number, words] = /^(\d+)_(.*)$/.exec(name) ?? ['', '', name];
  const sentence = words!.replaceAll('_', ' ');
  const title = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return number ? `${number}. ${title.replace(/^Ppo\b/, 'PPO')}` : title;
}
