// A notebook in the page: cells with what they put out. Outputs are those of nbformat 4, with texts in one piece.

export type CellKind = 'code' | 'markdown' | 'raw';

/** `output_type` says which; files of others may have more types, which are kept as they are. */
export type Output = { output_type: string } & Record<string, unknown>;

export interface Cell {
  id: string;
  kind: CellKind;
  source: string;
  outputs: Output[];
  /** Which run of this Python it was; null: it was not run, or is not code. */
  count: number | null;
  /** What a file says of it beside that. */
  metadata: Record<string, unknown>;
  /** Pictures of a text, by name and MIME type. */
  attachments?: Record<string, Record<string, string>>;
}

export interface Notebook {
  /** In this browser. */
  id: string;
  title: string;
  cells: Cell[];
  metadata: Record<string, unknown>;
}

export function newId(): string {
  // `crypto.randomUUID` is there in secure contexts only.
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function newCell(kind: CellKind, source = ''): Cell {
  return { id: newId(), kind, source, outputs: [], count: null, metadata: {} };
}

/** What a first visitor finds. */
export function firstNotebook(): Notebook {
  const text = newCell(
    'markdown',
    '# A first look\n\nCells run in this tab, in a Python of their own with numpy, matplotlib and the package `websim`. ' +
      'Shift+Enter runs a cell and goes to the next. The lessons are in the list above.',
  );
  const code = newCell(
    'code',
    'import matplotlib.pyplot as plt\nimport websim\n\n' +
      'run = websim.train("InvertedPendulum-v5", total_steps=40_000, num_envs=64, seed=1)\n' +
      'plt.plot([row["global_step"] for row in run.history], [row["charts/episodic_return"] for row in run.history])\n' +
      'plt.xlabel("steps")\nplt.ylabel("return");',
  );
  return { id: newId(), title: 'A first look', cells: [text, code], metadata: {} };
}

export function emptyNotebook(): Notebook {
  return { id: newId(), title: 'Untitled', cells: [newCell('code')], metadata: {} };
}

/** Adds an output; what goes on in the same stream is joined to it. */
export function addOutput(outputs: Output[], output: Output): void {
  const last = outputs.at(-1);
  if (
    output.output_type === 'stream' &&
    last?.output_type === 'stream' &&
    last.name === output.name
  ) {
    last.text = `${last.text}${output.text}`;
  } else outputs.push({ ...output });
}
