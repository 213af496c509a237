// Which of a run's settings are not what its task was tuned for, and in which ones runs differ.

import { shortText } from '../../workers/saves/listed_config';
import { SETTINGS, type TrainConfig, TUNED } from '../../workers/schema';
import { formatCount } from '../format';

/** Smaller numbers are read without groups of digits. */
const GROUPED = 10_000;

type SettingName = keyof TrainConfig;

/** They name the run, and are told beside it. */
const NAMING: readonly SettingName[] = ['env', 'algorithm', 'seed'];
/** They change how a run goes, and not where to. */
const INCIDENTAL: readonly SettingName[] = ['ranks', 'autosave_seconds'];

export interface Difference {
  name: SettingName;
  value: string;
  /** Of the task. */
  usual: string;
}

/** Settings that differ from the defaults of the run's task and algorithm, but for a model of its own. */
export function differencesFromDefaults(run: TrainConfig): Difference[] {
  const { model: _, ...env_options } = run.env_options;
  const config = { ...run, env_options };
  const { env, algorithm } = config;
  return SETTINGS.filter(({ name }) => ![...NAMING, ...INCIDENTAL].includes(name)).flatMap(
    ({ name, defaults }) => {
      const usual = settingText(TUNED[env]?.[algorithm]?.[name] ?? defaults[algorithm]);
      const value = settingText(config[name]);
      return value === usual || config[name] === undefined ? [] : [{ name, value, usual }];
    },
  );
}

/** Names of the settings that are not the same in all of `configs`. */
export function differingSettings(configs: readonly TrainConfig[]): SettingName[] {
  return SETTINGS.map(({ name }) => name).filter(
    (name) =>
      name !== 'autosave_seconds' &&
      new Set(configs.map((config) => settingText(config[name]))).size > 1,
  );
}

/** A setting's value as people read it; empty where the algorithm has no such setting. */
export function settingText(value: unknown): string {
  if (typeof value === 'number' && value >= GROUPED) return formatCount(value);
  return String(settingValue(value));
}

/** The same as it is written into tables. */
export function settingValue(value: unknown): number | string {
  if (value === undefined) return '';
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'object' && value !== null ? optionsText(value) : String(value);
}

const optionsTexts = new WeakMap<object, string>();

/** A model of megabytes is told by its checksum, which is computed once. */
function optionsText(options: object): string {
  const known = optionsTexts.get(options);
  if (known !== undefined) return known;
  const text = JSON.stringify(options, (_key, value) =>
    typeof value === 'string' ? shortText(value) : value,
  );
  optionsTexts.set(options, text);
  return text;
}
