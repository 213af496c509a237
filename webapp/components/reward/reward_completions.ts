// Completions of a reward's text: the task's signals, and numpy's words that rewards use.

import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { pythonLanguage } from '@codemirror/lang-python';
import type { Extension } from '@codemirror/state';
import type { SignalNote } from '../../../workers/editors/reward_module';

const NUMPY =
  `abs arccos arcsin arctan2 argmax argmin clip concatenate cos cross cumsum deg2rad dot exp float64 hypot
  isfinite linalg.norm log log1p logical_and logical_not logical_or max maximum mean min minimum ones ones_like pi power
  prod sign sin sqrt square stack std sum tan tanh vecdot where zeros zeros_like`.split(/\s+/);

/** `signals`: those of the task, as they are when the user types. */
export function rewardCompletions(signals: () => readonly SignalNote[]): Extension {
  return pythonLanguage.data.of({
    autocomplete: (context: CompletionContext) => complete(context, signals()),
  });
}

function complete(
  context: CompletionContext,
  signals: readonly SignalNote[],
): CompletionResult | null {
  const named = context.matchBefore(/signals\[["']\w*/);
  if (named) {
    const from = named.from + /^signals\[["']/.exec(named.text)![0].length;
    return { from, options: signals.map(signalCompletion), validFor: /^\w*$/ };
  }
  const numpy = context.matchBefore(/\bnp\.[\w.]*/);
  if (numpy) {
    const options = NUMPY.map((label) => ({ label, type: 'function' }));
    return { from: numpy.from + 'np.'.length, options, validFor: /^[\w.]*$/ };
  }
  const word = context.matchBefore(/\w+/);
  if (!word && !context.explicit) return null;
  const options = ['signals', 'actions', 'unhealthy', 'np', 'math'].map((label) => ({ label }));
  return { from: word?.from ?? context.pos, options, validFor: /^\w*$/ };
}

function signalCompletion({ name, shape, unit, meaning }: SignalNote): Completion {
  return { label: name, detail: [shape, unit].filter(Boolean).join(' '), info: meaning };
}
