// An error as the page shows it.

import { version } from '../../package.json';
import type { RunSettings } from './settings';

export interface Problem {
  /** One sentence: what, where, expected, got, next step. */
  message: string;
  /** What "Copy report" puts on the clipboard: the sentence, the traceback, and what it happened in; nothing personal. */
  report: string;
}

/** What nobody foresaw: it reached the page's or a worker's last handler. */
export class UnexpectedError extends Error {
  constructor(where: string, cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(
      `Something failed in ${where} that should not: ${what.replace(/\.$/, '')}; what is saved is safe, ` +
        'so reload the page if it no longer answers, and send the copied report to those who run this site.',
    );
    this.name = 'UnexpectedError';
    this.stack = cause instanceof Error ? cause.stack : undefined;
  }
}

export function toProblem(error: unknown, settings: RunSettings): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const page = [
    `MuJoCo WebSim ${version}`,
    `browser: ${navigator.userAgent}`,
    `isolated: ${globalThis.crossOriginIsolated}, secure: ${globalThis.isSecureContext}, cores: ${navigator.hardwareConcurrency}`,
    `settings: ${JSON.stringify(settings)}`,
  ];
  return { message, report: [message, details(error), page.join('\n')].join('\n\n') };
}

/** The traceback of the rank where a `WebsimError` has one, else the page's own stack. */
function details(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('report' in error && typeof error.report === 'string') return error.report;
  return error.stack ?? '';
}
