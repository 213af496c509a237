// Training of the model that is edited: in a run of its own, or in the one that goes on.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ModelText } from '../../../workers/editors/scene_protocol';
import { ModelFitError } from '../../../workers/ranks/model_fit';
import { type ModelOptions, OWN_MODEL, taskTitle } from '../../control/own_model';
import { StoreController } from '../../control/store_controller';
import type { TrainingStore } from '../../control/training_store';
import type { View } from '../../control/views';
import { base, controls } from '../../styles/shared';

const SEEN =
  'Training observes positions, velocities and sensors and drives the actuators. Its reward to begin with is for height, ' +
  'or for going forward where the model floats freely.';

/** What a person is asked before a run is ended for another one. */
interface Question {
  text: string;
  yes: string;
  no: string;
  action: () => Promise<void>;
}

/** Dispatches 'open-view' (CustomEvent<View>) to show what it has begun. */
@customElement('websim-scene-training')
export class SceneTraining extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;
  /** The edited model, when MuJoCo has taken it. */
  @property({ attribute: false }) model: ModelText | null = null;
  /** The task whose model it was; empty: none's. */
  @property() task = '';
  @state() private question: Question | null = null;
  @state() private busy = false;
  @state() private told = '';
  @state() private failed = false;
  @query('form') private form!: HTMLFormElement;

  constructor() {
    super();
    new StoreController(this);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    // What was said is of the model before.
    if (!changed.has('model') || this.busy || sameText(changed.get('model'), this.model)) return;
    this.question = null;
    this.#tell('');
  }

  protected override render() {
    const { store, question, told } = this;
    const free = this.model !== null && !this.busy && question === null;
    return html`
      <form novalidate ?hidden=${question !== null} @submit=${this.#train}>
        <label title="Physics steps for each decision of the policy.">Frame skip
          <input type="number" name="frame_skip" min="1" value="5" />
        </label>
        <label title="Decisions after which an episode ends.">Episode steps
          <input type="number" name="max_episode_steps" min="1" value="1000" />
        </label>
        <span class="buttons">
          ${this.#mayJoin ? html`<button type="button" ?disabled=${!free} @click=${this.#join}>Use in the running training</button>` : nothing}
          <button class="primary" ?disabled=${!free || !this.#mayTrain}>Train this</button>
        </span>
      </form>
      ${
        question
          ? html`<div class="question" role="alertdialog" aria-label="Another run">
              <p>${question.text}</p>
              <span class="buttons">
                <button class="primary" ?disabled=${this.busy} @click=${() => this.#do(question.action)}>${question.yes}</button>
                <button ?disabled=${this.busy} @click=${this.#leave}>${question.no}</button>
              </span>
            </div>`
          : html`<p class="told ${this.failed ? 'failed' : ''}" role=${this.failed ? 'alert' : 'status'}>
              ${told || SEEN}
              ${told || store.run?.goesOn ? nothing : html`<button class="link" ?disabled=${!free || store.phase === 'unusable'} @click=${this.#reward}>Edit the reward</button>`}
            </p>`
      }
    `;
  }

  get #mayTrain(): boolean {
    return ['ready', 'ended', 'running', 'pausing', 'paused'].includes(this.store.phase);
  }

  /** Whether the run is of this model, or of the task that it comes from. */
  get #mayJoin(): boolean {
    const { run } = this.store;
    return Boolean(run?.goesOn && [OWN_MODEL, this.task].includes(run.config.env));
  }

  readonly #train = (event: Event): void => {
    event.preventDefault();
    void this.#do(async () => {
      const options = await this.#options();
      await this.#begin(OWN_MODEL, options, `Train ${taskTitle(OWN_MODEL, options)}`);
    });
  };

  readonly #reward = (): void => {
    void this.#do(async () => {
      this.store.chooseModel(await this.#options());
      this.#open('reward');
    });
  };

  readonly #join = (): void => {
    void this.#do(async () => {
      const { store } = this;
      const model = await store.pack(this.model!);
      try {
        this.#tell('Trying the model…');
        await store.change({ model });
        this.#tell('The run goes on with this model from its next iteration on.');
      } catch (error) {
        if (!(error instanceof ModelFitError)) throw error;
        const { env, env_options } = store.run!.config;
        this.question = {
          text: `The running training cannot go on with this model: ${error.differences.join(', ')}.`,
          yes: 'Train it in a new run',
          no: 'Leave the running one',
          action: () => this.#start(env, { ...env_options, model }),
        };
      }
    });
  };

  readonly #leave = (): void => {
    this.question = null;
    this.#tell('');
  };

  async #options(): Promise<ModelOptions> {
    const values = new FormData(this.form);
    const number = (name: string): number => {
      const value = Number(values.get(name));
      if (Number.isInteger(value) && value > 0) return value;
      throw new Error(`${name}: expected a whole number of at least 1, got "${values.get(name)}".`);
    };
    const [frame_skip, max_episode_steps] = [number('frame_skip'), number('max_episode_steps')];
    return { model: await this.store.pack(this.model!), frame_skip, max_episode_steps };
  }

  /** Asks first when a run goes on. */
  async #begin(env: string, options: ModelOptions, yes: string): Promise<void> {
    const { run } = this.store;
    if (!run?.goesOn) return this.#start(env, options);
    const { config } = run;
    this.question = {
      text: `A run of ${taskTitle(config.env, config.env_options)} goes on; it stays among the saved runs.`,
      yes: `Stop it, then ${yes[0]!.toLowerCase()}${yes.slice(1)}`,
      no: 'Leave it running',
      action: () => this.#start(env, options),
    };
  }

  async #start(env: string, options: ModelOptions): Promise<void> {
    const { store } = this;
    this.question = null;
    this.#tell('Starting…');
    await store.run?.stop();
    if (env === OWN_MODEL) store.chooseModel(options);
    else store.choose({ env });
    await store.train({ ...store.settings, env_options: options });
    this.#tell('');
    this.#open('train');
  }

  #open(view: View): void {
    this.dispatchEvent(
      new CustomEvent('open-view', { detail: view, bubbles: true, composed: true }),
    );
  }

  async #do(command: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await command();
    } catch (error) {
      this.#tell(error instanceof Error ? error.message : String(error));
      this.failed = true;
    } finally {
      this.busy = false;
    }
  }

  #tell(sentence: string): void {
    this.told = sentence;
    this.failed = false;
  }

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
        border-top: 1px solid var(--border);
      }
      form,
      .question {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 14px;
        padding: 10px 14px 0;
      }
      form[hidden] {
        display: none;
      }
      label {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: 0.75rem;
        font-weight: 550;
        color: var(--text-soft);
      }
      input {
        width: 4.2rem;
        padding: 0.25rem 0.4rem;
      }
      button {
        padding: 0.35rem 0.7rem;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-left: auto;
      }
      .question {
        padding-bottom: 10px;
      }
      .question p {
        flex: 1 1 16rem;
        margin: 0;
        overflow-wrap: anywhere;
      }
      .told {
        margin: 0;
        padding: 8px 14px 10px;
        font-size: 0.8125rem;
        color: var(--text-soft);
        overflow-wrap: anywhere;
      }
      .failed {
        color: var(--bad);
      }
      .link {
        padding: 0;
        color: var(--accent);
        background: none;
        border: 0;
      }
    `,
  ];
}

function sameText(before: unknown, now: ModelText | null): boolean {
  const known = before as ModelText | null | undefined;
  return known?.xml === now?.xml && known?.files === now?.files;
}
