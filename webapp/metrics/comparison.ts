// Runs side by side: what differs in their settings, and what came of it. As a table, as Markdown and as CSV.

import type { TrainConfig } from '../../workers/schema';
import { formatCount, formatDuration, formatInterval, formatValue } from '../format';
import type { RunFigures } from './run_figures';
import { differingSettings, settingText, settingValue } from './setting_differences';

export interface ComparedRun {
  title: string;
  config: TrainConfig;
  figures: RunFigures;
}

/** `cells`: of each run, to be read; `values`: the same unrounded, null where there is none. */
export interface ComparisonRow {
  label: string;
  cells: string[];
  values: (number | string | null)[];
}

const NOTHING = '–';

export function compare(runs: readonly ComparedRun[]): ComparisonRow[] {
  const settings = differingSettings(runs.map(({ config }) => config)).map((name) => ({
    label: name,
    cells: runs.map(({ config }) => settingText(config[name]) || NOTHING),
    values: runs.map(({ config }) => settingValue(config[name])),
  }));
  const figure = (
    label: string,
    read: (figures: RunFigures) => number | null | undefined,
    write: (value: number, figures: RunFigures) => string,
  ): ComparisonRow => {
    const values = runs.map(({ figures }) => read(figures) ?? null);
    const cells = values.map((value, i) =>
      value === null ? NOTHING : write(value, runs[i]!.figures),
    );
    return { label, cells, values };
  };
  return [
    ...settings,
    figure('Return', ({ lastReturn }) => lastReturn, formatValue),
    figure('Best return', ({ best }) => best?.episodicReturn, formatValue),
    figure('Steps to the best', ({ best }) => best?.step, formatCount),
    figure('Time to the best', ({ best }) => best?.elapsed, formatDuration),
    figure(
      'Evaluation',
      ({ evaluation }) => evaluation?.episodicReturn,
      (value, { evaluation }) => formatInterval(value, evaluation!.interval),
    ),
    figure('Steps', ({ steps }) => steps, formatCount),
    figure('Steps/s', ({ speed }) => speed, formatCount),
    figure('Time', ({ elapsed }) => elapsed, formatDuration),
  ];
}

export function comparisonMarkdown(runs: readonly ComparedRun[]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replace(/[|\\]/g, '\\$&')).join(' | ')} |\n`;
  const titles = runs.map(({ title }) => title);
  const rows = compare(runs).map(({ label, cells }) => line([label, ...cells]));
  return [line(['', ...titles]), `| --- |${' ---: |'.repeat(runs.length)}\n`, ...rows].join('');
}

/** Numbers are not rounded, times in seconds. */
export function comparisonCsv(runs: readonly ComparedRun[]): string {
  const rows = compare(runs).map(({ label, values }) => [label, ...values]);
  return csv([['', ...runs.map(({ title }) => title)], ...rows]);
}

/** Fields are quoted where they have to be (RFC 4180). */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  const field = (value: string | number | null) => {
    const text = String(value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}
