// A shared agent: the robot that it moves, what it achieved and by which settings, and how to train one like it.

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { taskTitle } from '../control/own_model';
import { formatCompact, formatCount, formatInterval, formatValue } from '../format';
import '../player/player_view';
import { base, controls, panel } from '../styles/shared';
import { copyText } from './clipboard';
import type { SharedAgent } from './packed_agent';
import { recipeAddress } from './recipe';

@customElement('websim-agent-page')
export class AgentPage extends LitElement {
  @property({ attribute: false }) agent: SharedAgent | null = null;
  /** Why there is none to be seen, in a sentence. */
  @property() problem = '';
  @state() private told = '';

  protected override render() {
    return html`
      <header>
        <a class="home" href="./">
          <img src=${new URL('../icon.svg?no-inline', import.meta.url).href} alt="" width="34" height="34" />
          <span>MuJoCo WebSim</span>
        </a>
      </header>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.agent ? this.#places(this.agent) : nothing}
    `;
  }

  #places(agent: SharedAgent) {
    return html`<main>
      <websim-player
        controls
        .agent=${agent}
        .runtime=${new URL('runtime/', document.baseURI).href}
        @failed=${(event: CustomEvent<string>) => {
          this.problem = event.detail;
        }}
      ></websim-player>
      <section class="panel" aria-label="The agent">
        <h1>${taskTitle(agent.task, agent.options)}</h1>
        ${this.#result(agent)}
        ${this.#actions(agent)}
        <h2>Settings</h2>
        <dl class="settings">
          ${Object.entries({ ...agent.settings, ...shownOptions(agent), seed: agent.seed }).map(
            ([name, value]) => html`<dt>${name}</dt><dd>${text(value)}</dd>`,
          )}
        </dl>
        ${this.#reward(agent)}
      </section>
    </main>`;
  }

  #result({ result }: SharedAgent) {
    if (!result) return html`<p class="soft">It was shared without its result.</p>`;
    const { episodic_return, interval, global_step } = result;
    const value =
      interval === undefined
        ? formatValue(episodic_return)
        : formatInterval(episodic_return, interval);
    return html`
      <p class="return number">${value}
        <small>mean return after ${formatCompact(global_step)} steps of training, as its sharer measured it</small>
      </p>
    `;
  }

  #actions(agent: SharedAgent) {
    const { policy: _policy, result: _result, brought: _brought, ...facts } = agent;
    const recipe = recipeAddress(facts, new URL(document.baseURI));
    return html`
      ${recipe ? html`<a class="primary" href=${recipe}>Train it yourself</a>` : nothing}
      <div class="row">
        <button @click=${() => this.#copy(location.href, 'Link copied.')}>Copy link</button>
        ${recipe ? html`<button @click=${() => this.#copy(recipe, 'Recipe copied.')}>Copy recipe</button>` : nothing}
      </div>
      <p class="soft" role="status" ?hidden=${!this.told}>${this.told}</p>
    `;
  }

  #reward({ reward }: SharedAgent) {
    if (reward === undefined) return nothing;
    return html`
      <h2>Reward</h2>
      <p class="soft">It was trained by this reward and not the task's own. It is only shown: nothing here runs it.</p>
      <pre>${reward}</pre>
    `;
  }

  async #copy(what: string, told: string): Promise<void> {
    const copied = await copyText(what);
    this.told = copied ? told : `This browser let nothing be copied; the address is ${what}`;
  }

  static override styles = [
    base,
    panel,
    controls,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 100vh;
      }
      header {
        display: flex;
        padding: 10px 16px;
        border-bottom: 1px solid var(--border);
        background: var(--surface);
      }
      .home {
        display: inline-flex;
        align-items: center;
        gap: 12px;
        font-size: 1.0625rem;
        font-weight: 650;
        letter-spacing: -0.01em;
        color: var(--text);
        text-decoration: none;
      }
      main {
        flex: 1;
        display: grid;
        grid-template-columns: minmax(0, 1fr) 320px;
        gap: var(--gap);
        padding: var(--gap) 16px 16px;
      }
      websim-player {
        min-height: 320px;
        border: 1px solid var(--border);
        border-radius: var(--radius);
      }
      section {
        display: flex;
        flex-direction: column;
        gap: 10px;
        padding: 16px;
        overflow-wrap: anywhere;
      }
      h1 {
        margin: 0;
        font-size: 1.25rem;
        font-weight: 650;
        letter-spacing: -0.01em;
      }
      h2 {
        margin-top: 10px;
      }
      p {
        margin: 0;
      }
      .soft {
        font-size: 0.8125rem;
        color: var(--text-soft);
      }
      .return {
        font-size: 2rem;
        font-weight: 650;
        letter-spacing: -0.02em;
        line-height: 1.2;
      }
      .return small {
        display: block;
        font-size: 0.8125rem;
        font-weight: 400;
        letter-spacing: 0;
        line-height: 1.45;
        color: var(--text-soft);
      }
      a.primary {
        padding: 0.6rem 0.8rem;
        font-weight: 600;
        text-align: center;
        text-decoration: none;
        color: var(--on-accent);
        background: var(--accent-strong);
        border-radius: var(--radius-small);
      }
      .row {
        display: flex;
        gap: 8px;
      }
      .row button {
        flex: 1;
      }
      .settings {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 4px 16px;
        margin: 0;
        font-size: 0.8125rem;
      }
      dt {
        color: var(--text-soft);
      }
      dd {
        margin: 0;
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
      pre {
        margin: 0;
        padding: 10px;
        max-height: 320px;
        overflow: auto;
        font: 0.75rem / 1.45 var(--font-mono);
        white-space: pre-wrap;
        background: var(--surface-sunken);
        border-radius: var(--radius-small);
      }
      .problem {
        margin: var(--gap) 16px 0;
        padding: 10px 12px;
        background: var(--bad-wash);
        border-radius: var(--radius-small);
      }
      @media (max-width: 860px) {
        main {
          grid-template-columns: minmax(0, 1fr);
          grid-template-rows: min(90vw, 60vh) auto;
          padding: 10px;
        }
      }
    `,
  ];
}

/** Of the task, without the model, which is seen. */
function shownOptions({ options }: SharedAgent): Record<string, unknown> {
  const { model: _, ...others } = options;
  return others;
}

function text(value: unknown): string {
  if (typeof value === 'number' && Number.isInteger(value)) return formatCount(value);
  if (isNumbers(value)) return value.join(' × ');
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) {
    return value.join(', ');
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'number');
}
