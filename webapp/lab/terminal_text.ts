// Printed text as a terminal shows it, without its colours.

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape character
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** A carriage return goes back to the line's beginning: progress bars write over themselves. */
export function terminalText(text: string): string {
  const plain = text.replace(ESCAPES, '');
  if (!plain.includes('\r')) return plain;
  return plain.replaceAll('\r\n', '\n').split('\n').map(overwritten).join('\n');
}

function overwritten(line: string): string {
  return line.split('\r').reduce((before, after) => after + before.slice(after.length));
}
