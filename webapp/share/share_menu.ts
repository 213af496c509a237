// The menu of what of a run can be given to others: the agent as a link, its recipe, the lines that embed it.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { modelOf } from '../control/own_model';
import { PopupMenu } from '../control/popup_menu';
import { saveRunFile } from '../control/run_file';
import { StoreController } from '../control/store_controller';
import type { TrainingStore } from '../control/training_store';
import { formatCount } from '../format';
import { saveFile } from '../save_file';
import { base, controls, menu } from '../styles/shared';
import { Copying, copying } from './copying';
import { embedCode } from './embed_code';
import { agentFragment, MAX_LINK } from './link';
import { packAgent, type SharedAgent } from './packed_agent';
import { recipeAddress } from './recipe';
import { runFacts, sharedRun } from './shared_run';

@customElement('websim-share-menu')
export class ShareMenu extends LitElement {
  @property({ attribute: false }) store!: TrainingStore;

  readonly #copying = new Copying(this);
  readonly #popup = new PopupMenu(this);

  constructor() {
    super();
    new StoreController(this);
  }

  protected override render() {
    const { store } = this;
    return html`
      <button aria-haspopup="menu" aria-expanded=${this.#popup.open} ?disabled=${!store.latest} @click=${this.#popup.toggle}>
        Share
      </button>
      ${this.#popup.open ? this.#menu() : nothing}
      ${this.#copying.render()}
    `;
  }

  /** Whether the run is of a model that this site does not have. */
  get #own(): boolean {
    const { run } = this.store;
    return run !== null && modelOf(run.config.env_options) !== null;
  }

  #menu() {
    return html`<div role="menu" aria-label="Share">
      ${this.#item('Copy link', () => this.#copyLink())}
      ${this.#item('Copy recipe', () => this.#copyRecipe())}
      ${this.#item('Copy embed code', () => this.#copyEmbedCode())}
      ${this.#item('Agent file', () => this.#saveAgent())}
      ${this.#own ? this.#item('Run file', () => saveRunFile(this.store)) : nothing}
    </div>`;
  }

  #item(label: string, share: () => Promise<void>) {
    return html`<button role="menuitem" @click=${() => this.#choose(share)}>${label}</button>`;
  }

  #choose(share: () => Promise<void>): void {
    this.#popup.close();
    this.#copying.tell('');
    void this.store.attempt(share);
  }

  async #agent(): Promise<SharedAgent> {
    const { run, latest, exchange } = this.store;
    const policy = await this.store.policy();
    return sharedRun(run!, latest!, policy, (env, options) => exchange.playableTask(env, options));
  }

  async #copyLink(): Promise<void> {
    const agent = await this.#agent();
    const fragment = agentFragment(agent);
    if (fragment === null) {
      this.#save(agent);
      this.#copying.tell(
        `A link holds ${formatCount(MAX_LINK)} characters and this agent needs more, so it was saved as a file: put it on a web server and send agent.html?agent=<its address>.`,
      );
      return;
    }
    const link = new URL(`agent.html${fragment}`, document.baseURI).href;
    await this.#copying.copy(link, `Link copied: ${formatCount(link.length)} characters.`);
  }

  async #copyRecipe(): Promise<void> {
    const { config, reward } = this.store.run!;
    const { result: _, ...facts } = runFacts(config, null);
    const recipe = { ...facts, ...(reward ? { reward } : {}) };
    const address = recipeAddress(recipe, new URL(document.baseURI));
    if (address === null) {
      throw new Error(
        `A link holds ${formatCount(MAX_LINK)} characters and this run's model needs more; send the run's file.`,
      );
    }
    await this.#copying.copy(
      address,
      'Recipe copied: task, settings, seed, and what the run has of its own.',
    );
  }

  async #copyEmbedCode(): Promise<void> {
    const fragment = agentFragment(await this.#agent());
    if (fragment === null) {
      await this.#copyLink();
      return;
    }
    await this.#copying.copy(embedCode(new URL(document.baseURI), fragment), 'HTML copied.');
  }

  async #saveAgent(): Promise<void> {
    this.#save(await this.#agent());
    this.#copying.tell('Put the file on a web server and send agent.html?agent=<its address>.');
  }

  #save(agent: SharedAgent): void {
    saveFile(`${agent.task.toLowerCase()}-seed${agent.seed}.agent`, packAgent(agent));
  }

  static override styles = [
    base,
    controls,
    menu,
    copying,
    css`
      :host {
        position: relative;
      }
      [role='menu'] {
        left: 0;
      }
      button {
        width: 100%;
      }
    `,
  ];
}
