// The open notebook and the Python in which its cells run. Components draw it; what they change goes through here.

import type { LabClient } from '../../workers/lab/lab_client';
import type { LabEvent } from '../../workers/lab/lab_protocol';
import type { LoadStage } from '../../workers/ranks/protocol';
import { addOutput, type Cell, type Notebook, type Output } from './notebook';
import type { NotebookKeeper } from './notebook_keeper';

export type PythonState = 'off' | 'starting' | 'ready' | 'busy';

/** What is known of a cell's run beside what its file says; gone with the page. */
export interface CellRun {
  state: 'queued' | 'running' | 'done' | 'failed';
  /** Milliseconds of `performance.now()`. */
  began: number;
  seconds: number | null;
  /** The line that failed, and why. */
  mark: { line: number; message: string } | null;
}

const NOT_RUN: CellRun = { state: 'queued', began: 0, seconds: null, mark: null };

/** Milliseconds between two drawings of what a running cell puts out. */
const OUTPUT_MS = 80;

const RESTARTED = 'Python was restarted: its variables are gone, the notebook stays.';
const NOT_ISOLATED =
  'This page shares no memory with its workers, so a cell can only be stopped with its Python, which was restarted: its variables are gone.';

/** Dispatches 'change'. */
export class LabSession extends EventTarget {
  notebook: Notebook | null = null;
  python: PythonState = 'off';
  /** What is loaded now. */
  stage: LoadStage | null = null;
  download: { loadedBytes: number; totalBytes: number } | null = null;
  /** An interrupted cell goes on. */
  stuck = false;
  /** What came of the last command, in a sentence; `trouble`: that it failed. */
  told = '';
  trouble = false;

  readonly #runs = new Map<string, CellRun>();
  #queue: Cell[] = [];
  #count = 0;
  /** Rises with each Python, so that what an ended one still had to say is not heard. */
  #era = 0;
  #outputTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly client: LabClient,
    private readonly keeper: NotebookKeeper,
  ) {
    super();
    client.addEventListener('stage', (event) => {
      this.stage = (event as CustomEvent<LoadStage>).detail;
      this.#changed();
    });
    client.addEventListener('download', (event) => {
      this.download = (event as CustomEvent<typeof this.download>).detail;
      this.#changed();
    });
    client.addEventListener('stuck', () => {
      this.stuck = true;
      this.#changed();
    });
    client.addEventListener('end', (event) => {
      this.#forget();
      this.tell((event as CustomEvent<string>).detail, true);
    });
  }

  run(cell: Cell): CellRun | undefined {
    return this.#runs.get(cell.id);
  }

  get runningCell(): Cell | null {
    return this.notebook?.cells.find((cell) => this.run(cell)?.state === 'running') ?? null;
  }

  /** Nothing of it is run; Python starts anew where it has run something of another notebook. */
  open(notebook: Notebook): void {
    this.notebook = notebook;
    this.#runs.clear();
    this.tell('');
    if (this.#count > 0 || this.python === 'busy') this.#endPython('Another notebook was opened.');
    this.boot();
  }

  /** Starts Python, if it is not there. */
  boot(): void {
    if (this.python !== 'off') return;
    const era = this.#era;
    this.python = 'starting';
    this.client.boot().then(
      () => {
        if (era === this.#era && this.python === 'starting') this.python = 'ready';
        this.#changed();
      },
      (error: Error) => {
        if (era !== this.#era) return;
        this.python = 'off';
        this.tell(error.message, true);
      },
    );
    this.#changed();
  }

  /** Runs cells one after the other, until one fails. */
  runCells(cells: readonly Cell[]): void {
    const added = cells.filter((cell) => cell.kind === 'code' && !this.#queue.includes(cell));
    for (const cell of added) {
      if (this.run(cell)?.state === 'running') continue;
      this.#runs.set(cell.id, NOT_RUN);
      this.#queue.push(cell);
    }
    this.tell('');
    if (!this.runningCell) void this.#work();
  }

  interrupt(): void {
    this.#clearQueue();
    if (this.client.interruptible) this.client.interrupt();
    else this.restart(NOT_ISOLATED);
    this.#changed();
  }

  restart(sentence = RESTARTED): void {
    this.#endPython('Python was restarted while this cell ran.');
    this.tell(sentence);
    this.boot();
  }

  async installWheel(file: File): Promise<void> {
    try {
      this.tell(`Installing ${file.name}…`);
      this.tell(await this.client.installWheel(file.name, await file.arrayBuffer()));
    } catch (error) {
      this.tell((error as Error).message, true);
    }
  }

  clearOutputs(cells: readonly Cell[]): void {
    for (const cell of cells) {
      cell.outputs = [];
      cell.count = null;
      if (this.run(cell)?.state !== 'running') this.#runs.delete(cell.id);
    }
    this.touch();
  }

  /** Takes a cell out; one that runs is interrupted. */
  remove(cell: Cell): void {
    if (this.run(cell)?.state === 'running') this.interrupt();
    this.#queue = this.#queue.filter((one) => one !== cell);
    const { cells } = this.notebook!;
    cells.splice(cells.indexOf(cell), 1);
    this.touch();
  }

  /** The notebook was changed: keeps and draws it. */
  touch(): void {
    if (this.notebook) this.keeper.keepSoon(this.notebook);
    this.#changed();
  }

  /** A cell's text was changed. */
  edited(cell: Cell): void {
    if (this.run(cell)?.mark) this.#note(cell, { mark: null });
    this.touch();
  }

  tell(sentence: string, trouble = false): void {
    this.told = sentence;
    this.trouble = trouble;
    this.#changed();
  }

  async #work(): Promise<void> {
    const era = this.#era;
    for (let cell = this.#queue.shift(); cell; cell = this.#queue.shift()) {
      const fine = await this.#runCell(cell);
      if (era !== this.#era) return;
      if (!fine) this.#clearQueue();
    }
    this.python = 'ready';
    this.#changed();
  }

  async #runCell(cell: Cell): Promise<boolean> {
    const era = this.#era;
    const began = performance.now();
    this.#note(cell, { state: 'running', began });
    this.python = 'busy';
    cell.outputs = [];
    cell.count = null;
    this.#count++;
    const number = this.#count;
    this.touch();
    let fine = false;
    try {
      fine = await this.client.run(cell.source, number, (event) => this.#take(cell, event));
    } catch (error) {
      cell.outputs = [...cell.outputs, failure((error as Error).message)];
    }
    const seconds = (performance.now() - began) / 1000;
    this.#note(cell, { state: fine ? 'done' : 'failed', seconds });
    cell.outputs = [...cell.outputs];
    if (era === this.#era) {
      cell.count = number;
      this.stuck = false;
      this.download = null;
    }
    // Else another notebook was opened meanwhile.
    if (this.notebook?.cells.includes(cell)) this.touch();
    return fine;
  }

  #take(cell: Cell, { output, line }: LabEvent): void {
    addOutput(cell.outputs, output as Output);
    if (line !== null) {
      this.#note(cell, { mark: { line, message: `${output.ename}: ${output.evalue}` } });
    }
    this.#outputTimer ??= setTimeout(() => {
      this.#outputTimer = null;
      // Another array is how components see that there is more.
      cell.outputs = [...cell.outputs];
      this.#changed();
    }, OUTPUT_MS);
  }

  #note(cell: Cell, run: Partial<CellRun>): void {
    this.#runs.set(cell.id, { ...NOT_RUN, ...this.run(cell), ...run });
  }

  #clearQueue(): void {
    for (const cell of this.#queue) this.#runs.delete(cell.id);
    this.#queue = [];
  }

  #endPython(reason: string): void {
    this.#forget();
    this.client.end(reason);
  }

  /** Python is gone. */
  #forget(): void {
    this.#era++;
    this.#clearQueue();
    this.#count = 0;
    this.python = 'off';
    this.stuck = false;
    this.download = null;
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function failure(message: string): Output {
  return { output_type: 'error', ename: 'Stopped', evalue: message, traceback: [message] };
}
