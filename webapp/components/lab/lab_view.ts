// The Lab: a notebook whose cells run in a Python of their own, beside training.

import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, queryAll, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { LabClient } from '../../../workers/lab/lab_client';
import { FileDrop } from '../../control/file_drop';
import type { TrainingStore } from '../../control/training_store';
import { formatMegabytes } from '../../format';
import { parseNotebook, writeNotebook } from '../../lab/ipynb';
import { LabSession } from '../../lab/lab_session';
import { LESSONS, loadLesson } from '../../lab/lessons';
import {
  type Cell,
  type CellKind,
  emptyNotebook,
  type Notebook,
  newCell,
} from '../../lab/notebook';
import { NotebookKeeper } from '../../lab/notebook_keeper';
import { NotebookShelf } from '../../lab/notebook_shelf';
import { saveFile } from '../../save_file';
import { bar, base, controls, filePlace, panel } from '../../styles/shared';
import type { CellAction, LabCell } from './lab_cell';
import './lab_cell';
import './lab_status';
import { labView } from './lab_view_styles';

const COPIED =
  'This notebook is open in another tab, so this is a copy of it, which is kept beside it from the first change on.';

@customElement('websim-lab-view')
export class LabView extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  /** Opened instead of the notebook that was open last; empty: none. */
  @property() lesson = '';
  @state() private session: LabSession | null = null;
  @queryAll('websim-lab-cell') private cellElements!: NodeListOf<LabCell>;
  @query('select') private chooser!: HTMLSelectElement;

  readonly #keeper = new NotebookKeeper(new NotebookShelf());
  readonly #drop = new FileDrop(this, ({ files }) => {
    for (const file of files) this.#take(file);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#keeper.addEventListener('change', () => this.requestUpdate());
    void this.store.attempt(() => this.#begin());
  }

  async #begin(): Promise<void> {
    const { pool } = this.store;
    const client = new LabClient(() => pool.runtimeFiles(), pool.isolated);
    const session = new LabSession(client, this.#keeper);
    session.addEventListener('change', () => this.requestUpdate());
    this.session = session;
    const notebook = await this.#keeper.begin();
    await this.#show(notebook);
    // After a reload it is the lesson as far as it was worked through.
    const { lesson } = this;
    if (lesson && notebook.metadata.lesson !== lesson) await this.#open(() => loadLesson(lesson));
  }

  protected override render() {
    const { session } = this;
    const notebook = session?.notebook;
    if (!session || !notebook) return html`<p class="loading">Opening the notebook…</p>`;
    const { cells } = notebook;
    const trouble = session.trouble ? session.told : this.#keeper.trouble;
    return html`
      <section
        class="panel ${this.#drop.over ? 'over' : ''}"
        aria-label="Notebook"
        @dragover=${this.#drop.onDragOver}
        @dragleave=${this.#drop.onDragLeave}
        @drop=${this.#drop.onDrop}
      >
        <div class="bar">
          <input class="title" aria-label="Title of the notebook" .value=${notebook.title} @change=${this.#rename} />
          ${this.#menu(notebook)}
          <label class="file">Open…<input type="file" class="visually-hidden" accept=".ipynb,.whl" @change=${this.#pick} /></label>
          <button title="As a file of Jupyter's" @click=${this.#save}>Save .ipynb</button>
          <span class="kept">${this.#keeper.kept ? 'Kept in this browser' : ''}</span>
          <span class="break"></span>
          <button class="primary" @click=${() => session.runCells(cells)}>Run all</button>
          <button ?disabled=${session.python !== 'busy'} @click=${() => session.interrupt()}>Interrupt</button>
          <button title="With no variables; the notebook stays" @click=${() => session.restart()}>Restart Python</button>
          <button @click=${() => session.clearOutputs(cells)}>Clear outputs</button>
          <websim-lab-status .session=${session}></websim-lab-status>
        </div>
        ${
          session.stuck
            ? html`<p class="told trouble" role="alert">The cell goes on in one long call that cannot be interrupted.
                <button @click=${() => session.restart()}>Restart Python</button> ends it, with all variables.</p>`
            : nothing
        }
        <p class="told ${trouble ? 'trouble' : ''}" role=${trouble ? 'alert' : 'status'} ?hidden=${!trouble && !session.told}>${trouble || session.told}</p>
        ${this.#downloading(session)}
        <div class="cells">
          ${repeat(
            cells,
            (cell) => cell.id,
            (cell, index) => html`<websim-lab-cell
              .cell=${cell}
              .run=${session.run(cell)}
              .kind=${cell.kind}
              .outputs=${cell.outputs}
              .count=${cell.count}
              .number=${index + 1}
              .only=${cells.length === 1}
              @act=${(event: CustomEvent<CellAction>) => this.#act(cell, event.detail)}
            ></websim-lab-cell>`,
          )}
        </div>
        <div class="more">
          <button aria-label="Add a code cell at the end" @click=${() => this.#append('code')}>+ Code</button>
          <button aria-label="Add a text cell at the end" @click=${() => this.#append('markdown')}>+ Text</button>
        </div>
      </section>
    `;
  }

  #append(kind: CellKind): void {
    const { cells } = this.session!.notebook!;
    this.#act(cells.at(-1)!, { action: 'add', kind });
  }

  #menu(notebook: Notebook) {
    const { entries } = this.#keeper;
    const kept = entries.some(({ id }) => id === notebook.id);
    return html`<select aria-label="Notebooks" @change=${this.#choose}>
      <option value="">Notebooks…</option>
      <option value="new">New notebook</option>
      ${kept ? html`<option value="delete">Delete this notebook</option>` : nothing}
      ${
        LESSONS.length > 0
          ? html`<optgroup label="Lessons">
              ${LESSONS.map(({ name, title }) => html`<option value="lesson ${name}">${title}</option>`)}
            </optgroup>`
          : nothing
      }
      ${
        entries.length > 0
          ? html`<optgroup label="In this browser">
              ${entries.map(({ id, title, changed }) => html`<option value="kept ${id}">${title}, ${new Date(changed).toLocaleString()}</option>`)}
            </optgroup>`
          : nothing
      }
    </select>`;
  }

  #downloading({ download }: LabSession) {
    if (!download || download.loadedBytes === download.totalBytes) return nothing;
    const { loadedBytes, totalBytes } = download;
    return html`<div class="download">
      <span>Downloading packages, ${formatMegabytes(totalBytes)}, once</span>
      <progress max=${totalBytes} .value=${loadedBytes} aria-label="Download of packages"></progress>
    </div>`;
  }

  #act(cell: Cell, act: CellAction): void {
    const session = this.session!;
    const { cells } = session.notebook!;
    const at = cells.indexOf(cell);
    switch (act.action) {
      case 'edited':
        session.edited(cell);
        return;
      case 'run':
        session.runCells([cell]);
        return;
      case 'run-next':
        session.runCells([cell]);
        if (at === cells.length - 1) {
          cells.push(newCell('code'));
          session.touch();
        }
        void this.#enter(at + 1);
        return;
      case 'clear':
        session.clearOutputs([cell]);
        return;
      case 'up':
      case 'down': {
        const to = at + (act.action === 'up' ? -1 : 1);
        if (to < 0 || to >= cells.length) return;
        cells.splice(at, 1);
        cells.splice(to, 0, cell);
        break;
      }
      case 'delete':
        session.remove(cell);
        void this.#enter(Math.min(at, cells.length - 1));
        return;
      case 'kind':
        session.clearOutputs([cell]);
        cell.kind = act.kind;
        break;
      case 'add':
        cells.splice(at + 1, 0, newCell(act.kind));
        void this.#enter(at + 1);
        break;
    }
    session.touch();
  }

  /** Puts the cursor into a cell. */
  async #enter(index: number): Promise<void> {
    await this.updateComplete;
    const element = this.cellElements[index];
    await element?.enter();
    element?.scrollIntoView({ block: 'nearest' });
  }

  readonly #rename = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const session = this.session!;
    session.notebook!.title = input.value.trim() || 'Untitled';
    session.touch();
  };

  readonly #save = (): void => {
    const notebook = this.session!.notebook!;
    const name = notebook.title.replace(/[^\w .-]+/g, '').trim() || 'notebook';
    saveFile(`${name}.ipynb`, writeNotebook(notebook));
  };

  readonly #choose = (): void => {
    const [what, name = ''] = this.chooser.value.split(' ');
    this.chooser.value = '';
    void this.#open(async () => {
      switch (what) {
        case 'lesson':
          return loadLesson(name);
        case 'kept':
          return this.#keeper.read(name);
        case 'delete':
          return this.#delete();
        default:
          return emptyNotebook();
      }
    });
  };

  async #delete(): Promise<Notebook | null> {
    const { id, title } = this.session!.notebook!;
    if (!confirm(`Delete "${title}" from this browser?`)) return null;
    await this.#keeper.remove(id);
    return emptyNotebook();
  }

  /** What was changed is kept before another notebook takes its place. */
  async #open(find: () => Promise<Notebook | null>): Promise<void> {
    const session = this.session!;
    try {
      await this.#keeper.keepNow();
      const notebook = await find();
      if (notebook) await this.#show(notebook);
    } catch (error) {
      session.tell((error as Error).message, true);
    }
  }

  async #show(found: Notebook): Promise<void> {
    const { notebook, copied } = await this.#keeper.own(found);
    this.#keeper.kept = null;
    this.session!.open(notebook);
    if (copied) this.session!.tell(COPIED);
  }

  readonly #pick = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (file) this.#take(file);
  };

  #take(file: File): void {
    const session = this.session!;
    if (file.name.endsWith('.whl')) void session.installWheel(file);
    else void this.#open(async () => parseNotebook(await file.text(), file.name));
  }

  static override styles = [base, panel, controls, bar, filePlace, labView];
}
