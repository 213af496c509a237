// Errors as they cross from Python and MuJoCo to a rank, and from a rank to the user.

import type { RankError } from './ranks/protocol';

/** What a user is told: one sentence, and a report to copy that also has the traceback. */
export class WebsimError extends Error {
  readonly report: string;

  constructor(message: string, report = message) {
    super(message);
    this.name = 'WebsimError';
    this.report = report;
  }

  static fromRank(error: RankError): WebsimError {
    return new WebsimError(
      error.message,
      `rank ${error.rank}: ${error.message}\n\n${error.traceback}`,
    );
  }
}

/** Thrown where a rank waits or steps for long, when the run is to end: by `stop`, or `abort` of a failed rank. */
export class ReleasedError extends Error {
  constructor(readonly reason: 'stop' | 'abort') {
    super(reason === 'stop' ? 'the run was stopped' : 'the run was aborted by another rank');
    this.name = 'ReleasedError';
  }
}

/** `Error` of any thrown value. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Pyodide's error for an exception that left Python: `type` is its class, the message its traceback. */
interface PythonError extends Error {
  type: string;
}

export function isPythonError(error: unknown): error is PythonError {
  return error instanceof Error && error.name === 'PythonError' && 'type' in error;
}

/**
 * What a Python exception says, from the text of its traceback. The class is dropped where websim
 * raised it for the user, and kept where it helps to find a bug.
 */
export function pythonMessage(traceback: string, type: string): string {
  const lines = traceback.trimEnd().split('\n');
  const headline = new RegExp(`^((?:\\w+\\.)*)${type}(?:: (.*))?$`);
  const at = lines.findLastIndex((line) => headline.test(line));
  const match = headline.exec(lines[at] ?? '');
  if (!match) return lines.at(-1) ?? type;
  const text = [match[2] ?? '', ...lines.slice(at + 1)]
    .map((line) => line.trim())
    .join(' ')
    .trim();
  const forTheUser = match[1]?.startsWith('websim.') && text !== '';
  return forTheUser || !text ? text || type : `${type}: ${text}`;
}

export function toRankError(rank: number, thrown: unknown): RankError {
  const error = asError(thrown);
  if (isPythonError(error)) {
    return { rank, message: pythonMessage(error.message, error.type), traceback: error.message };
  }
  return { rank, message: error.message, traceback: error.stack ?? error.message };
}
