// The page's address: ?env=&algorithm=&num_envs=&ranks=&seed=&total_steps=&autostart=1&view=&lesson=

import {
  InputError,
  NUMBER_FIELDS,
  type NumberField,
  parseAlgorithm,
  parseNumber,
  parseTask,
  type RunSettings,
} from './settings';
import { isView, VIEWS, type View } from './views';

export interface UrlParameters {
  settings: Partial<RunSettings>;
  /** True only when every parameter could be read: a mistyped address starts nothing. */
  autostart: boolean;
  view: View;
  /** Which of the Lab's lessons is opened; empty: none. */
  lesson: string;
  /** One sentence each. */
  problems: string[];
  /** Parameters that the page does not know; reported, and otherwise without effect. */
  unknown: string[];
}

const WHERE = "The address's parameter";

export function readUrlParameters(search: string): UrlParameters {
  const settings: Partial<RunSettings> = {};
  const problems: string[] = [];
  const unknown: string[] = [];
  let autostart = false;
  let view: View = 'train';
  let lesson = '';

  const seen = new Set<string>();
  for (const [name, value] of new URLSearchParams(search)) {
    try {
      if (seen.has(name))
        throw new InputError(
          `${WHERE} ${name} must be given once, got it twice; nothing was started.`,
        );
      seen.add(name);
      if (name === 'env') settings.env = parseTask(value, `${WHERE} env`);
      else if (name === 'algorithm')
        settings.algorithm = parseAlgorithm(value, `${WHERE} algorithm`);
      else if (name === 'autostart') autostart = parseSwitch(value);
      else if (name === 'view') view = parseView(value);
      else if (name === 'lesson') lesson = value;
      else if (isNumberField(name)) settings[name] = parseNumber(name, value, `${WHERE} ${name}`);
      else unknown.push(name);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
    }
  }
  return {
    settings,
    autostart: autostart && problems.length === 0,
    view,
    lesson,
    problems,
    unknown,
  };
}

function parseSwitch(text: string): boolean {
  if (text !== '0' && text !== '1') {
    throw new InputError(`${WHERE} autostart must be 1 or 0, got "${text}"; nothing was started.`);
  }
  return text === '1';
}

function parseView(text: string): View {
  if (isView(text)) return text;
  const names = VIEWS.map(({ view }) => view).join(', ');
  throw new InputError(`${WHERE} view must be one of ${names}, got "${text}"; the first is shown.`);
}

function isNumberField(name: string): name is NumberField {
  return (NUMBER_FIELDS as readonly string[]).includes(name);
}
