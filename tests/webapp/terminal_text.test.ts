import { expect, it } from 'vitest';
import { terminalText } from '../../webapp/lab/terminal_text';

it.each([
  ['plain\ntext', 'plain\ntext'],
  ['\u001b[0;31mred\u001b[0m', 'red'],
  [' 10%\r 50%\r100%\ndone', '100%\ndone'],
  ['longer\rab', 'abnger'],
  ['windows\r\nlines\r\n', 'windows\nlines\n'],
])('%j is drawn as %j', (text, drawn) => {
  expect(terminalText(text)).toBe(drawn);
});
