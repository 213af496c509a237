import { describe, expect, it } from 'vitest';
import { compare, comparisonCsv, comparisonMarkdown, csv } from '../../webapp/metrics/comparison';
import { curvesCsv } from '../../webapp/metrics/curves_csv';
import { COLUMNS } from '../../webapp/metrics/metric_table';
import { emptyCurves, type RunCurves } from '../../webapp/metrics/saved_curves';
import {
  differencesFromDefaults,
  differingSettings,
  settingText,
} from '../../webapp/metrics/setting_differences';
import { SETTINGS, type TrainConfig, TUNED } from '../../workers/schema';
import { curves, row } from './curve_rows';

/** A run with the settings that its task was tuned for, and `changes`. */
function config(env: string, changes: Partial<TrainConfig> = {}): TrainConfig {
  const algorithm = changes.algorithm ?? 'ppo';
  const defaults = SETTINGS.filter(({ defaults }) => algorithm in defaults);
  const usual = Object.fromEntries(
    defaults.map(({ name, defaults }) => [name, defaults[algorithm]]),
  );
  return { ...usual, ...TUNED[env]?.[algorithm], env, ...changes } as TrainConfig;
}

describe('differences of settings', () => {
  it('are none where a task was started as it comes', () => {
    for (const env of Object.keys(TUNED)) {
      for (const algorithm of ['ppo', 'sac', 'ars']) {
        expect(differencesFromDefaults(config(env, { algorithm, ranks: 2, seed: 9 }))).toEqual([]);
      }
    }
  });

  it('are told with what the task was tuned for', () => {
    const changed = config('Hopper-v5', {
      learning_rate: 0.01,
      hidden: [32],
      env_options: { a: 1 },
    });
    expect(differencesFromDefaults(changed)).toEqual([
      { name: 'env_options', value: '{"a":1}', usual: '{}' },
      { name: 'hidden', value: '32', usual: '64, 64' },
      { name: 'learning_rate', value: '0.01', usual: '0.0004' },
    ]);
  });

  it('tell a model of megabytes by its checksum, and the list by its name alone', () => {
    const edited = (model: string) => config('Hopper-v5', { env_options: { model } });
    const [some, other] = [edited('a'.repeat(1000)), edited('b'.repeat(1000))];
    expect(differencesFromDefaults(some)).toEqual([]);
    expect(differingSettings([some, other])).toEqual(['env_options']);
    expect(differingSettings([some, edited('a'.repeat(1000))])).toEqual([]);
    expect(settingText(some.env_options)).toMatch(/^\{"model":"[0-9a-f]{1,8}"\}$/);
  });

  it('of several runs are those in which any two differ', () => {
    const runs = [config('Hopper-v5'), config('Hopper-v5', { seed: 2, autosave_seconds: 0 })];
    expect(differingSettings(runs)).toEqual(['seed']);
    expect(differingSettings([...runs, config('Hopper-v5', { algorithm: 'ars' })])).toContain(
      'sigma',
    );
    expect(differingSettings(runs.slice(1))).toEqual([]);
  });
});

function compared(title: string, seed: number, { figures }: RunCurves) {
  return { title, config: config('Hopper-v5', { seed }), figures };
}
const RUNS = [
  compared('first | run', 1, await curves(row(1000, 2, 10), row(2000, 4, 30), row(3000, 8, 20))),
  compared('empty', 2, emptyCurves()),
];

it('compares what differs and what came of it', () => {
  const table = Object.fromEntries(compare(RUNS).map(({ label, cells }) => [label, cells]));
  expect(table).toMatchObject({
    seed: ['1', '2'],
    Return: ['20.0', '–'],
    'Best return': ['30.0', '–'],
    'Steps to the best': ['2,000', '–'],
    'Time to the best': ['4 s', '–'],
    Evaluation: ['19.0 ± 1.00', '–'],
    // 1,000 steps each at 500, 250 and 125 steps/s: 3,000 steps in 14 s.
    'Steps/s': ['214', '–'],
    Time: ['8 s', '0 s'],
  });
  expect(table).not.toHaveProperty('env');
});

it('writes the comparison as Markdown', () => {
  const [head, rule, seed] = comparisonMarkdown(RUNS).split('\n');
  expect([head, rule, seed]).toEqual([
    '|  | first \\| run | empty |',
    '| --- | ---: | ---: |',
    '| seed | 1 | 2 |',
  ]);
});

it('writes the comparison as CSV, with whole numbers', () => {
  const lines = comparisonCsv(RUNS).split('\r\n');
  expect(lines[0]).toBe(',first | run,empty');
  expect(lines).toContain('Steps to the best,2000,');
  expect(lines).toContain('seed,1,2');
});

it('quotes fields of CSV that need it', () => {
  expect(csv([['a,b', 'say "hi"', 1.5, null, 'two\nlines']])).toBe(
    '"a,b","say ""hi""",1.5,,"two\nlines"\r\n',
  );
});

it('writes curves as CSV, a line a point of each run', async () => {
  const runs = [
    { title: 'a', table: (await curves(row(1000, 2, 10), row(2000, 4, 30))).table },
    { title: 'b', table: (await curves(row(500, 1, null))).table },
  ];
  const [head, ...lines] = curvesCsv(runs).trim().split('\r\n');
  expect(head).toBe(['run', 'global_step', 'time/elapsed', ...COLUMNS].join(','));
  expect(lines.map((line) => line.split(',').slice(0, 4))).toEqual([
    ['a', '1000', '2', '10'],
    ['a', '2000', '4', '30'],
    ['b', '500', '1', ''],
  ]);
});
