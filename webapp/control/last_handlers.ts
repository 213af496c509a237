// The last to hear of an error, and of the wish to leave.

import { WebsimError } from '../../workers/errors';
import { UnexpectedError } from './problem';
import type { TrainingStore } from './training_store';

/** Shows errors and rejections that nothing else caught, once each. */
export function showUncaught(store: TrainingStore): void {
  const show = (error: unknown) => {
    if (store.hasReported(error)) return;
    store.report(error instanceof WebsimError ? error : new UnexpectedError('the page', error));
  };
  addEventListener('error', (event) => {
    // Without an error it is the browser's own remark, as of observers that need another frame.
    if (event.error) show(event.error);
  });
  addEventListener('unhandledrejection', ({ reason }) => show(reason));
}

/** Asks before a page is left whose run goes on and is not saved up to its last step. */
export function askBeforeLeaving(store: TrainingStore): void {
  addEventListener('beforeunload', (event) => {
    const { run, latest, keeper } = store;
    const saved = keeper.saver?.last?.globalStep ?? 0;
    if (run?.goesOn && (latest?.global_step ?? 0) > saved) event.preventDefault();
  });
}
