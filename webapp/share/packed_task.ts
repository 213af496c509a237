// The task that an agent brings because the site has none like it: its parts as bytes, and a header that says which is which.
//
// Parts one after the other: MJCF of each world, their programs, the models' files. All of it may come from anybody.

import { zlibSync } from 'fflate';
import { WebsimError } from '../../workers/errors';
import type { TaskOptions } from '../../workers/ranks/protocol';
import { toBase64 } from '../base64';
import { modelOf } from '../control/own_model';
import { checkedModels } from '../player/model_check';
import type { BroughtTask, TaskFile } from '../player/task_file';
import { type AgentFacts, isNumber, isObject } from './agent_facts';

/** The header; lengths stand for parts. */
interface TaskHeader extends Omit<TaskFile, 'name' | 'xmls' | 'programs' | 'files'> {
  xmls: number[];
  programs: number[];
  files: [name: string, length: number][];
  /** Its one world is the task's option `model`, which the facts' options then leave out. */
  is_option: boolean;
}

const MAX_WORLDS = 64;
const MAX_FILES = 2000;
const MAX_STEPS = 1_000_000;
const MAX_NAME = 1000;
/** Robots of the site. */
const ARCHIVE = /^[a-z0-9_]+\.zip$/;

export function packTask(
  task: TaskFile,
  options: TaskOptions,
): { header: TaskHeader; options: TaskOptions; parts: Uint8Array[] } {
  const { name: _, xmls, programs, files, ...rest } = task;
  const { model: __, ...others } = options;
  const isOption = xmls.length === 1 && modelOf(options)?.xml === xmls[0];
  const texts = xmls.map((xml) => new TextEncoder().encode(xml));
  const header = {
    ...rest,
    xmls: texts.map(({ length }) => length),
    programs: programs.map(({ length }) => length),
    files: Object.entries(files).map(([name, { length }]): [string, number] => [name, length]),
    is_option: isOption,
  };
  const parts = [...texts, ...programs, ...Object.values(files)];
  return { header, options: isOption ? others : options, parts };
}

/** Throws a WebsimError, one sentence, when it is not one or asks for more than a task may have. */
export function readTask(
  { task: name, options }: Pick<AgentFacts, 'task' | 'options'>,
  header: unknown,
  parts: Uint8Array,
): { brought: BroughtTask; options: TaskOptions } {
  const { xmls, programs, files, is_option, ...rest } = checkedHeader(header);
  const lengths = [...xmls, ...programs, ...files.map(([, length]) => length)];
  if (lengths.reduce((sum, length) => sum + length, 0) !== parts.length) {
    throw wrong('length', parts.length);
  }
  let at = 0;
  const take = (length: number) => {
    at += length;
    return parts.slice(at - length, at);
  };
  const task: TaskFile = {
    ...rest,
    name,
    xmls: xmls.map((length) => text(take(length))),
    programs: programs.map(take),
    files: Object.fromEntries(files.map(([file, length]) => [file, take(length)])),
  };
  return {
    brought: describeTask(task),
    options: is_option ? { ...options, model: packedModel(task) } : options,
  };
}

/** Throws a WebsimError where its models ask for more than they may have. */
export function describeTask(task: TaskFile): BroughtTask {
  const parts = [...task.programs, ...Object.values(task.files)];
  const bytes = parts.reduce((sum, { length }) => sum + length, task.xmls.join('').length);
  return { task, bytes, bodies: checkedModels(task.xmls, task.files) };
}

/** As `websim/models/packed_model.py` has it. */
function packedModel({ xmls, files }: TaskFile) {
  const packed = Object.entries(files).map(([name, data]) => [name, toBase64(zlibSync(data))]);
  return { xml: xmls[0]!, files: Object.fromEntries(packed) as Record<string, string> };
}

function checkedHeader(header: unknown): TaskHeader {
  if (!isObject(header)) throw wrong('description', header);
  const { xmls, programs, files, assets, is_option, per_episode } = header;
  const { max_episode_steps, keyframe, choices, observations, actions } = header;
  if (!isList(xmls, isCount) || xmls.length < 1 || xmls.length > MAX_WORLDS) {
    throw wrong('worlds', xmls);
  }
  if (!isList(programs, isCount) || programs.length !== xmls.length) {
    throw wrong('programs', programs);
  }
  if (!isList(files, isFile) || files.length > MAX_FILES) throw wrong('files', files);
  if (!isObject(assets) || !Object.values(assets).every(isAsset)) throw wrong('assets', assets);
  if (typeof is_option !== 'boolean' || (is_option && xmls.length > 1)) {
    throw wrong('option', is_option);
  }
  if (typeof per_episode !== 'boolean') throw wrong('per_episode', per_episode);
  if (!isCount(max_episode_steps) || max_episode_steps < 1 || max_episode_steps > MAX_STEPS) {
    throw wrong('max_episode_steps', max_episode_steps);
  }
  if (!isName(keyframe)) throw wrong('keyframe', keyframe);
  if (!isColumns(observations)) throw wrong('observations', observations);
  if (!isColumns(actions)) throw wrong('actions', actions);
  if (choices !== null && !isChoices(choices, actions[0]!.length)) throw wrong('choices', choices);
  return {
    ...{ xmls, programs, files, is_option, per_episode, max_episode_steps, keyframe },
    ...{ choices, observations, actions, assets: assets as TaskFile['assets'] },
  };
}

function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_NAME;
}

function isFile(value: unknown): value is [string, number] {
  return Array.isArray(value) && value.length === 2 && isName(value[0]) && isCount(value[1]);
}

function isAsset(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return isName(value[0]) && ARCHIVE.test(value[0]) && isName(value[1]);
}

/** Of each agent; whether the scene has as many columns is judged where it is loaded. */
function isColumns(value: unknown): value is number[][] {
  const isOne = (columns: unknown): columns is number[] => isList(columns, isCount);
  return isList(value, isOne) && (value[0]?.length ?? 0) > 0;
}

function isChoices(value: unknown, width: number): value is number[][] {
  const isOne = (choice: unknown): choice is number[] =>
    isList(choice, isNumber) && choice.length === width;
  return isList(value, isOne) && value.length > 1;
}

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw wrong('model', 'bytes that are not UTF-8');
  }
}

function wrong(field: string, got: unknown): WebsimError {
  const shown = JSON.stringify(got)?.slice(0, 80);
  return new WebsimError(
    `The task that the agent brings cannot be read: its ${field} cannot be ${shown}; ask for the agent again`,
  );
}
