// An error as the page shows it.

export interface Problem {
  /** One sentence: what, where, expected, got, next step. */
  message: string;
  /** What "Copy report" puts on the clipboard: the sentence, the traceback, the browser. */
  report: string;
}

export function toProblem(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return { message, report: [message, details(error), navigator.userAgent].join('\n\n') };
}

/** The traceback of the rank where a `WebsimError` has one, else the page's own stack. */
function details(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('report' in error && typeof error.report === 'string') return error.report;
  return error.stack ?? '';
}
