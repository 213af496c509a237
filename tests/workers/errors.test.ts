import { describe, expect, it } from 'vitest';
import { pythonMessage } from '../../workers/errors';

const traceback = (last: string) =>
  `Traceback (most recent call last):\n  File "a.py", line 1, in f\n    raise X\n${last}\n`;

describe('pythonMessage', () => {
  it('gives the sentence of an error that websim raised for the user', () => {
    const text = traceback('websim.errors.ConfigError: num_envs: expected 1, got 0');
    expect(pythonMessage(text, 'ConfigError')).toBe('num_envs: expected 1, got 0');
  });

  it('keeps the class of any other', () => {
    expect(pythonMessage(traceback('ValueError: bad'), 'ValueError')).toBe('ValueError: bad');
    expect(pythonMessage(traceback('MemoryError'), 'MemoryError')).toBe('MemoryError');
  });

  it('takes the last of chained errors, with all its lines', () => {
    const chained = `${traceback('ValueError: first')}\nDuring handling of the above...\n\n${traceback(
      'websim.errors.ModelError: ValueError: one\n  two',
    )}`;
    expect(pythonMessage(chained, 'ModelError')).toBe('ValueError: one two');
  });
});
