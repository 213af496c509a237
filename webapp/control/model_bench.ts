// The model that is being edited: its text, checked as it is typed, and the worker in which it lives.

import { SceneClient } from '../../workers/editors/scene_client';
import type {
  LoadedModel,
  ModelText,
  SceneOrder,
  SceneState,
} from '../../workers/editors/scene_protocol';
import type { TrainingPool } from '../../workers/ranks/pool';
import type { ModelSource } from '../../workers/ranks/protocol';
import { TEACHING_MODELS } from '../scene/presets';

const KEY = 'websim.scene';
/** After the last key. */
const TYPING_MS = 350;
/** Rank 0 answers between two iterations, and the largest batches take a minute. */
const CHECK_S = 300;
const DIVERGED =
  'The state was no longer finite, so MuJoCo began anew: try a smaller timestep, or weaker forces.';

/** Dispatches 'change' when text, model or trouble are others, and 'state' when something moved. */
export class ModelBench extends EventTarget {
  xml = '';
  /** The last one that MuJoCo took; it stays while the text is wrong. */
  model: LoadedModel | null = null;
  state: SceneState | null = null;
  playing = true;
  /** What is wrong with the text, or happened to the model, in a sentence. */
  trouble = '';
  /** The text is not the model's yet. */
  checking = false;
  /** The task whose model this was, before it was edited; empty: none's. */
  task = '';
  #files: Record<string, Uint8Array> = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #number = 0;
  readonly #client: SceneClient;

  constructor(private readonly pool: TrainingPool) {
    super();
    this.#client = new SceneClient(() => pool.mujocoFiles());
    this.#client.addEventListener('state', (event) => {
      this.state = (event as CustomEvent<SceneState>).detail;
      if (this.state.diverged) {
        this.trouble = DIVERGED;
        this.#changed();
      }
      this.dispatchEvent(new Event('state'));
    });
    this.#client.addEventListener('failure', (event) => {
      this.trouble = (event as CustomEvent<string>).detail;
      this.#changed();
    });
  }

  /** What this browser kept, or the first preset. */
  begin(): void {
    this.edit(kept() ?? Object.values(TEACHING_MODELS)[0]!, {});
  }

  /** One of the models that are made to be changed. */
  teach(xml: string): void {
    this.task = '';
    this.edit(xml, {});
  }

  /** The text and its files, when MuJoCo has taken them; else null. */
  get taken(): ModelText | null {
    const wrong = this.checking || !this.model || (this.trouble && this.trouble !== DIVERGED);
    return wrong ? null : { xml: this.xml, files: this.#files };
  }

  /** Another text, of the files that were given; it is checked when the typing ends. */
  edit(xml: string, files: Record<string, Uint8Array> = this.#files): void {
    this.xml = xml;
    this.#files = files;
    keep(Object.keys(files).length === 0 ? xml : null);
    this.checking = true;
    this.#number++;
    const number = this.#number;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#take({ xml, files }, number), TYPING_MS);
    this.#changed();
  }

  /** A model from elsewhere; rejects with what is wrong with it. */
  async open(source: ModelSource): Promise<void> {
    const { xml, files } = await this.#check(source);
    this.task = 'task' in source ? source.task : '';
    this.edit(xml, files);
  }

  order(order: SceneOrder): void {
    if (order.type !== 'play' && this.trouble === DIVERGED) {
      this.trouble = '';
      this.#changed();
    }
    this.#client.order(order);
  }

  play(playing: boolean): void {
    this.playing = playing;
    this.order({ type: 'play', playing });
    this.#changed();
  }

  /** `number`: of the text; it is the newest until another one comes. */
  async #take(source: ModelText, number: number): Promise<void> {
    let trouble = '';
    let model: LoadedModel | null = null;
    try {
      const checked = await this.#check(source);
      if (number === this.#number) model = await this.#client.load(checked);
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
    }
    if (model) {
      this.model = model;
      this.order({ type: 'play', playing: this.playing });
    }
    if (number === this.#number) {
      this.checking = false;
      this.trouble = trouble;
    }
    this.#changed();
  }

  /** Limits are Python's to hold, before MuJoCo sees the text. */
  async #check(source: ModelSource): Promise<ModelText> {
    const task = 'task' in source ? source.task : undefined;
    const client = await this.pool.firstRank(task);
    return client.request('model', { source }, CHECK_S);
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** Where a sentence about a model says that it is wrong: a line, or null. */
export function lineOf(message: string): number | null {
  const line = /\bline (\d+)/.exec(message)?.[1];
  return line === undefined ? null : Number(line);
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(xml: string | null): void {
  try {
    if (xml === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, xml);
  } catch {
    // It stays until the page is closed.
  }
}
