// The task's reward as a text that the user changes: tried on real states, then trained with.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { RewardLab } from '../../../workers/editors/reward_lab';
import type { RewardSheet, RewardTrial } from '../../../workers/editors/reward_module';
import type { TaskOptions } from '../../../workers/ranks/protocol';
import { OWN_MODEL, taskTitle } from '../../control/own_model';
import { keepReward, keptReward, lineOf } from '../../control/reward_texts';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import { bar, base, controls, panel, writing } from '../../styles/shared';
import type { CodeEditor, LineMark } from '../code_editor';
import '../code_editor';
import { rewardCompletions } from './reward_completions';
import './reward_inputs';
import './reward_result';

interface Task {
  env: string;
  options: TaskOptions;
}

type Work = 'nothing' | 'trying' | 'using';

@customElement('websim-reward-view')
export class RewardView extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  @state() private sheet: RewardSheet | null = null;
  @state() private text = '';
  @state() private trial: RewardTrial | null = null;
  @state() private work: Work = 'nothing';
  @state() private random = false;
  /** What came of the last command, in a sentence. */
  @state() private outcome = '';
  @state() private marks: readonly LineMark[] = [];
  @state() private failed = false;
  @query('websim-code-editor') private editor!: CodeEditor;

  #lab: RewardLab | null = null;
  /** Task and options that the sheet is of. */
  #task: Task | null = null;
  readonly #completions = rewardCompletions(() => this.sheet?.signals ?? []);

  constructor() {
    super();
    new StoreController(this);
  }

  /** The run's task while one goes on, else the chosen one. */
  get #current(): Task {
    const { run, settings } = this.store;
    if (!run?.goesOn) return { env: settings.env, options: this.store.options };
    return { env: run.config.env, options: run.config.env_options };
  }

  /** Whether the page has a policy of this task. */
  get #hasPolicy(): boolean {
    const { run, latest } = this.store;
    return run?.config.env === this.#current.env && latest !== null;
  }

  protected override willUpdate(): void {
    const { env, options } = this.#current;
    const known = this.#task;
    if (known?.env === env && (known.options === options || same(known.options, options))) return;
    const task = { env, options };
    this.#task = task;
    void this.store.attempt(() => this.#load(task));
  }

  async #load(task: Task): Promise<void> {
    this.sheet = null;
    this.trial = null;
    this.#tell('');
    await this.store.ready;
    this.#lab ??= new RewardLab(this.store.pool);
    const sheet = await this.#lab.sheet(task.env, task.options);
    if (task !== this.#task) return;
    this.sheet = sheet;
    this.text = keptReward(keyOf(task)) ?? sheet.text;
  }

  protected override render() {
    const { sheet, work } = this;
    const { env, options } = this.#current;
    const going = this.store.run?.goesOn ?? false;
    const idle = sheet !== null && work === 'nothing';
    const own = this.text === sheet?.text;
    return html`
      <section class="panel writing">
        <div class="bar">
          <h2>Reward of ${taskTitle(env, options)}${own || !sheet ? '' : ', changed'}</h2>
          ${
            work === 'trying'
              ? html`<button @click=${() => this.#lab?.stop()}>Stop the trial</button>`
              : html`<button ?disabled=${!idle} title="Ctrl+Enter" @click=${this.#try}>Try</button>`
          }
          <button class="primary" ?disabled=${!idle || !this.#mayUse} @click=${this.#use}>
            ${going ? 'Apply to the run' : 'Start with this reward'}
          </button>
          <button ?disabled=${!idle || own} @click=${this.#restore}>Back to the original</button>
        </div>
        ${
          sheet
            ? html`<websim-code-editor
                language="python"
                label="Reward in Python. Escape, then Tab, leaves the editor."
                .text=${this.text}
                .marks=${this.marks}
                .extensions=${this.#completions}
                @edited=${this.#edited}
                @run=${this.#try}
              ></websim-code-editor>`
            : html`<p class="loading">${this.store.phase === 'unusable' ? 'Python could not be loaded.' : 'Loading the task…'}</p>`
        }
        <p class="outcome ${this.failed ? 'failed' : ''}" role=${this.failed ? 'alert' : 'status'}>${this.outcome}${
          this.marks.length > 0
            ? html` <button class="link" @click=${() => this.editor.goTo(this.marks[0]!.line)}>Go to line ${this.marks[0]!.line}</button>`
            : nothing
        }</p>
      </section>
      <div class="side">
        <section class="panel result">
          <div class="bar">
            <h2>Trial</h2>
            ${
              this.#hasPolicy
                ? html`<label class="actions">Actions
                    <select @change=${this.#chooseActions}>
                      <option value="policy">the run's policy</option>
                      <option value="random">random</option>
                    </select>
                  </label>`
                : nothing
            }
          </div>
          ${
            this.trial
              ? html`<websim-reward-result .trial=${this.trial}></websim-reward-result>`
              : html`<p class="hint">Try steps a few robots, beside training, and draws what each term gives them.</p>`
          }
        </section>
        <websim-reward-inputs class="panel" .sheet=${sheet}></websim-reward-inputs>
      </div>
    `;
  }

  get #mayUse(): boolean {
    return ['ready', 'ended', 'running', 'pausing', 'paused'].includes(this.store.phase);
  }

  readonly #edited = (event: Event): void => {
    this.text = (event.target as CodeEditor).text;
    keepReward(keyOf(this.#current), this.text === this.sheet?.text ? null : this.text);
    this.marks = [];
  };

  readonly #chooseActions = (event: Event): void => {
    this.random = (event.target as HTMLSelectElement).value === 'random';
  };

  readonly #restore = (): void => {
    keepReward(keyOf(this.#current), null);
    this.text = this.sheet!.text;
    this.#tell('');
  };

  readonly #try = (): Promise<void> => this.#do('trying', () => this.#tried());

  /** Only what has passed a trial reaches training: a text that never ends would take the run with it. */
  readonly #use = (): Promise<void> =>
    this.#do('trying', async () => {
      await this.#tried();
      this.work = 'using';
      const { store, text } = this;
      if (store.run?.goesOn) {
        await store.change({ reward: text });
        this.#tell('The run learns by this reward from its next iteration on.');
      } else {
        await store.train({ ...store.settings }, { reward: text });
        this.#tell('Training has started with this reward.');
      }
    });

  async #tried(): Promise<void> {
    const { text } = this;
    this.#tell('Trying…');
    const policy = this.#hasPolicy && !this.random ? await this.store.policy() : new Uint8Array();
    this.trial = await this.#lab!.try({ ...this.#current, text, policy });
    this.#tell('It works.');
  }

  async #do(work: Work, command: () => Promise<void>): Promise<void> {
    if (!this.sheet || this.work !== 'nothing') return;
    this.work = work;
    try {
      await command();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const line = lineOf(message);
      this.#tell(message);
      this.failed = true;
      this.marks = line === null ? [] : [{ line, message }];
    } finally {
      this.work = 'nothing';
    }
  }

  #tell(sentence: string): void {
    this.outcome = sentence;
    this.failed = false;
    this.marks = [];
  }

  static override styles = [
    base,
    panel,
    controls,
    bar,
    writing,
    css`
      :host {
        display: grid;
        gap: var(--gap);
        padding: var(--gap) 16px 16px;
        grid-template-columns: minmax(0, 1fr) minmax(0, 420px);
        align-items: start;
      }
      .writing {
        position: sticky;
        top: var(--gap);
        display: flex;
        flex-direction: column;
        height: max(420px, calc(100vh - 100px));
        overflow: hidden;
      }
      .side {
        display: grid;
        gap: var(--gap);
      }
      .result .bar {
        padding-bottom: 6px;
      }
      .hint,
      websim-reward-result {
        padding: 0 14px 14px;
      }
      .hint {
        margin: 0;
        font-size: 0.8125rem;
        color: var(--text-soft);
      }
      .actions {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: 0.75rem;
        color: var(--text-soft);
      }
      .actions select {
        width: auto;
        padding: 2px 6px;
        font-size: 0.75rem;
      }
      @media (max-width: 860px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
          padding: 10px;
        }
        .writing {
          position: static;
          height: 70vh;
        }
      }
    `,
  ];
}

function same(one: TaskOptions, other: TaskOptions): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** By which its text is kept: models of one's own by their name. */
function keyOf({ env, options }: Task): string {
  return env === OWN_MODEL ? `${env} ${taskTitle(env, options)}` : env;
}
