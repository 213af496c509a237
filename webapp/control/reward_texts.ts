// The texts of rewards that the user has written, by task, kept in this browser; and where a text is wrong.

const PREFIX = 'websim.reward.';

/** Null: the task's own. */
export function keptReward(env: string): string | null {
  try {
    return localStorage.getItem(PREFIX + env);
  } catch {
    // The browser keeps nothing for this page.
    return null;
  }
}

/** `text` null: forgets it. */
export function keepReward(env: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(PREFIX + env);
    else localStorage.setItem(PREFIX + env, text);
  } catch {
    // It stays until the page is closed.
  }
}

/** The line that a sentence about a reward names, or null. */
export function lineOf(message: string): number | null {
  const line = /\breward, line (\d+)/.exec(message)?.[1];
  return line === undefined ? null : Number(line);
}
