// An editor of MJCF with the model beside it, alive: what is typed is checked, drawn and stepped as soon as it is right.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SceneOrder } from '../../../workers/editors/scene_protocol';
import { TASKS } from '../../../workers/schema';
import { FileDrop } from '../../control/file_drop';
import { lineOf, ModelBench } from '../../control/model_bench';
import type { TrainingStore } from '../../control/training_store';
import { TEACHING_MODELS } from '../../scene/presets';
import { droppedFiles, readModel } from '../../scene/read_files';
import { bar, base, controls, filePlace, panel, writing } from '../../styles/shared';
import type { CodeEditor } from '../code_editor';
import '../code_editor';
import './scene_sliders';
import type { SceneSliders } from './scene_sliders';
import './scene_stage';
import './scene_training';
import type { SceneStage } from './scene_stage';

@customElement('websim-scene-view')
export class SceneView extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @state() private bench: ModelBench | null = null;
  /** What became of a file or a preset, when it could not be opened. */
  @state() private refusal = '';
  @query('websim-code-editor') private editor!: CodeEditor;
  @query('websim-scene-stage') private stage!: SceneStage;
  @query('websim-scene-sliders') private sliders!: SceneSliders;
  @query('.time') private clock!: HTMLElement;

  readonly #drop = new FileDrop(this, ({ items }) => {
    const dropped = droppedFiles(items);
    void this.#open(async (bench) => bench.open(await readModel(await dropped)));
  });

  override connectedCallback(): void {
    super.connectedCallback();
    void this.store.attempt(async () => {
      await this.store.ready;
      const bench = new ModelBench(this.store.pool);
      bench.addEventListener('change', () => this.requestUpdate());
      bench.addEventListener('state', this.#move);
      this.bench = bench;
      bench.begin();
    });
  }

  protected override render() {
    const { bench } = this;
    const trouble = this.refusal || (bench?.trouble ?? '');
    const line = lineOf(trouble);
    return html`
      <section
        class="panel writing ${this.#drop.over ? 'over' : ''}"
        @dragover=${this.#drop.onDragOver}
        @dragleave=${this.#drop.onDragLeave}
        @drop=${this.#drop.onDrop}
      >
        <div class="bar">
          <h2>Model, MJCF</h2>
          <select aria-label="Begin with" ?disabled=${!bench} @change=${this.#choose}>
            <option value="">Begin with…</option>
            <optgroup label="To learn with">
              ${Object.keys(TEACHING_MODELS).map((name) => html`<option>${name}</option>`)}
            </optgroup>
            <optgroup label="Of a task">
              ${TASKS.map((task) => html`<option>${task}</option>`)}
            </optgroup>
          </select>
          <label class="file">Open…<input
            type="file"
            multiple
            class="visually-hidden"
            accept=".xml,.mjcf,.zip,.obj,.stl,.msh,.png"
            @change=${this.#pick}
          /></label>
        </div>
        ${
          bench
            ? html`<websim-code-editor
                language="xml"
                label="Model in MJCF. Escape, then Tab, leaves the editor."
                .text=${bench.xml}
                .marks=${line === null ? [] : [{ line, message: trouble }]}
                @edited=${this.#edited}
              ></websim-code-editor>`
            : html`<p class="loading">Loading MuJoCo…</p>`
        }
        <p class="outcome ${trouble ? 'failed' : ''}" role=${trouble ? 'alert' : 'status'}>${trouble || summary(bench)}${
          line === null
            ? nothing
            : html` <button class="link" @click=${() => this.editor.goTo(line)}>Go to line ${line}</button>`
        }</p>
        <websim-scene-training .store=${this.store} .model=${bench?.taken ?? null} .task=${bench?.task ?? ''}></websim-scene-training>
      </section>
      <section class="panel living">
        <websim-scene-stage .scene=${bench?.model?.scene ?? null} .training=${() => this.store.run?.iterating ?? false} @order=${this.#order}></websim-scene-stage>
        <div class="bar">
          <button ?disabled=${!bench?.model} @click=${() => bench?.play(!bench.playing)}>
            ${bench?.playing ? 'Pause' : 'Play'}
          </button>
          <button ?disabled=${!bench?.model} @click=${() => bench?.order({ type: 'reset' })}>Reset</button>
          ${
            bench?.model?.keyframes.length
              ? html`<select aria-label="Keyframe" @change=${this.#keyframe}>
                  <option value="">Keyframe…</option>
                  ${bench.model.keyframes.map((name, i) => html`<option value=${i}>${name}</option>`)}
                </select>`
              : nothing
          }
          <button ?disabled=${!bench?.model} @click=${() => this.stage.resetView()}>Reset view</button>
          <span class="time number"></span>
        </div>
        <websim-scene-sliders .model=${bench?.model ?? null} @order=${this.#order}></websim-scene-sliders>
      </section>
    `;
  }

  /** Thirty times a second: past the view's own rendering. */
  readonly #move = (): void => {
    const { model, state, playing } = this.bench!;
    // Nobody sees it play while another view is open.
    if (this.hidden && playing) this.bench!.play(false);
    if (!model || !state || state.poses.length !== 12 * model.scene.geoms.length) return;
    this.stage.move(state.poses, state.overlay);
    this.sliders.state = state;
    this.clock.textContent = `${state.time.toFixed(1)} s`;
  };

  readonly #edited = (event: Event): void => {
    this.refusal = '';
    this.bench?.edit((event.target as CodeEditor).text);
  };

  readonly #order = (event: CustomEvent<SceneOrder>): void => this.bench?.order(event.detail);

  readonly #keyframe = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    if (select.value !== '')
      this.bench?.order({ type: 'keyframe', keyframe: Number(select.value) });
    select.value = '';
  };

  readonly #choose = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    const name = select.value;
    select.value = '';
    void this.#open(async (bench) => {
      const xml = TEACHING_MODELS[name];
      if (xml) bench.teach(xml);
      else if (name) await bench.open({ task: name });
    });
  };

  readonly #pick = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = new Map([...(input.files ?? [])].map((file) => [file.name, file]));
    input.value = '';
    if (files.size > 0) void this.#open(async (bench) => bench.open(await readModel(files)));
  };

  async #open(action: (bench: ModelBench) => Promise<void>): Promise<void> {
    this.refusal = '';
    try {
      if (this.bench) await action(this.bench);
    } catch (error) {
      this.refusal = error instanceof Error ? error.message : String(error);
    }
  }

  static override styles = [
    base,
    panel,
    controls,
    bar,
    writing,
    filePlace,
    css`
      :host {
        display: grid;
        gap: var(--gap);
        padding: var(--gap) 16px 16px;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        align-items: start;
      }
      .writing,
      .living {
        display: flex;
        flex-direction: column;
        height: max(460px, calc(100vh - 100px));
        overflow: hidden;
      }
      .time {
        margin-left: auto;
        font-size: 0.8125rem;
        color: var(--text-soft);
      }
      websim-scene-stage {
        flex: 1 0 260px;
      }
      websim-scene-sliders {
        flex: 0 1 auto;
        overflow-y: auto;
        border-top: 1px solid var(--border);
      }
      .outcome {
        max-height: 6.5em;
        overflow-y: auto;
      }
      @media (max-width: 860px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
          padding: 10px;
        }
        .living {
          order: -1;
          height: auto;
        }
        .writing {
          height: auto;
        }
        websim-code-editor {
          flex: none;
          height: 56vh;
        }
      }
    `,
  ];
}

function summary(bench: ModelBench | null): string {
  if (!bench) return '';
  if (bench.checking || !bench.model) return 'Checking…';
  const { nq, nv, nu, nsensordata } = bench.model.sizes;
  return `MuJoCo takes it. Positions: ${nq}, degrees of freedom: ${nv}, actuators: ${nu}, sensor readings: ${nsensordata}. A file or a folder that is dropped here is opened.`;
}
