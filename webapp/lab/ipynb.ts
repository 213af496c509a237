// Notebook files: nbformat 4, as Jupyter reads and writes it.

import { type Cell, type CellKind, type Notebook, newId, type Output } from './notebook';

const PYTHON = {
  kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
  language_info: { name: 'python' },
};
const KINDS: readonly string[] = ['code', 'markdown', 'raw'];

/** A file that is no notebook; the message is for the user. */
export class NotebookFileError extends Error {}

/** Nothing of it is run. `name`: the file's, for the title and for messages. */
export function parseNotebook(text: string, name: string): Notebook {
  const file = parseJson(text, name);
  if (!isObject(file) || typeof file.nbformat !== 'number') {
    throw new NotebookFileError(
      `${name} is not a notebook: expected JSON with the field nbformat; choose an .ipynb file.`,
    );
  }
  if (file.nbformat !== 4 || !Array.isArray(file.cells)) {
    const got = file.nbformat === 4 ? 'no list of cells' : `format ${file.nbformat}`;
    throw new NotebookFileError(
      `${name} cannot be opened: expected a notebook of format 4, got ${got}; open it in Jupyter and save it again.`,
    );
  }
  const metadata = isObject(file.metadata) ? file.metadata : {};
  const title = typeof metadata.title === 'string' ? metadata.title : name.replace(/\.ipynb$/i, '');
  const cells = file.cells.map((cell, index) => parseCell(cell, index, name));
  const ids = new Set<string>();
  for (const cell of cells) {
    if (ids.has(cell.id)) cell.id = newId();
    ids.add(cell.id);
  }
  return { id: newId(), title, cells, metadata };
}

/** Outputs and all; with the same notebook the same text. */
export function writeNotebook({ title, cells, metadata }: Notebook): string {
  const file = {
    cells: cells.map(writeCell),
    metadata: { ...PYTHON, ...metadata, title },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotebookFileError(
      `${name} is not a notebook, or only a part of one: expected JSON; choose an .ipynb file, or download it again.`,
    );
  }
}

function parseCell(cell: unknown, index: number, name: string): Cell {
  if (!isObject(cell) || !KINDS.includes(cell.cell_type as string) || !isText(cell.source)) {
    throw new NotebookFileError(
      `${name} cannot be opened: its cell ${index + 1} is damaged; expected a cell_type of code, markdown or raw, and a source.`,
    );
  }
  const kind = cell.cell_type as CellKind;
  const outputs = kind === 'code' && Array.isArray(cell.outputs) ? cell.outputs : [];
  const parsed: Cell = {
    id: typeof cell.id === 'string' ? cell.id : newId(),
    kind,
    source: joined(cell.source),
    outputs: outputs.filter(isObject).map(parseOutput),
    count: typeof cell.execution_count === 'number' ? cell.execution_count : null,
    metadata: isObject(cell.metadata) ? cell.metadata : {},
  };
  if (isObject(cell.attachments)) {
    parsed.attachments = cell.attachments as Cell['attachments'];
  }
  return parsed;
}

function parseOutput(output: Record<string, unknown>): Output {
  const parsed = { ...output, output_type: String(output.output_type) };
  if (isText(output.text)) Object.assign(parsed, { text: joined(output.text) });
  if (isObject(output.data)) {
    const data = Object.entries(output.data).map(([kind, value]) => [
      kind,
      isText(value) ? joined(value) : value,
    ]);
    Object.assign(parsed, { data: Object.fromEntries(data) });
  }
  return parsed;
}

function writeCell({ id, kind, source, outputs, count, metadata, attachments }: Cell) {
  const cell = { cell_type: kind, id, metadata, source: lines(source) };
  if (kind !== 'code') return attachments ? { ...cell, attachments } : cell;
  return { ...cell, execution_count: count, outputs: outputs.map(writeOutput) };
}

function writeOutput(output: Output): Output {
  const written = { ...output };
  if (typeof output.text === 'string') written.text = lines(output.text);
  if (isObject(output.data)) {
    // Pictures in base64 stay in one piece, as Jupyter has them.
    const data = Object.entries(output.data).map(([kind, value]) => [
      kind,
      typeof value === 'string' && !kind.startsWith('image/') ? lines(value) : value,
    ]);
    written.data = Object.fromEntries(data);
  }
  return written;
}

/** Lines with their ends, so that versions of a file can be compared line by line. */
function lines(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function isText(value: unknown): value is string | string[] {
  return (
    typeof value === 'string' ||
    (Array.isArray(value) && value.every((line) => typeof line === 'string'))
  );
}

function joined(text: string | string[]): string {
  return typeof text === 'string' ? text : text.join('');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
