// What a model that came with an agent asks for, counted before MuJoCo sees it: a few characters of MJCF can ask for any
// amount of memory. The rules are those of py_src/websim/models/limits.py. What they leave open is held by the worker, which
// has memory of its own and is ended when it stops answering.

import { WebsimError } from '../../workers/errors';
import { MODEL_LIMITS } from '../../workers/schema';
import { type Element, visitElements } from './model_elements';

type Files = Readonly<Record<string, Uint8Array>>;

const TOTALS = {
  elements: 'elements',
  dofs: 'degrees of freedom',
  cells: 'cells of height fields',
  pixels: 'pixels of textures',
};
type Total = keyof typeof TOTALS;

const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kmgtpe]?)$/i;
const SUFFIXES = 'kmgtpe';

/** How many bodies the largest of a task's models has, replicated ones counted. Throws a WebsimError at too much. */
export function checkedModels(xmls: readonly string[], files: Files): number {
  const texts = new Texts(files);
  const bodies = xmls.map((xml) => {
    const budget = new Budget(texts);
    budget.read(xml, 1, 0, 0);
    return budget.bodies;
  });
  return Math.max(...bodies);
}

/** The texts among a task's files. What is read of them is counted for all of its models, so that reading ends. */
class Texts {
  #read = 0;
  /** By the last part of their names: MuJoCo takes any file of that name where it finds no better one. */
  readonly #named = new Map<string, string[]>();

  constructor(files: Files) {
    for (const [name, bytes] of Object.entries(files)) {
      const text = new TextDecoder().decode(bytes);
      if (/^[\ufeff\s]*</.test(text)) {
        this.#named.set(lastName(name), [...this.named(name), text]);
      }
    }
  }

  named(path: string): string[] {
    return this.#named.get(lastName(path)) ?? [];
  }

  all(): string[] {
    return [...this.#named.values()].flat();
  }

  count(text: string): void {
    this.#read += text.length;
    if (this.#read > MODEL_LIMITS.xml_bytes) throw tooMuch('text', '');
  }
}

class Budget {
  bodies = 0;
  readonly #used = { elements: 0, dofs: 0, cells: 0, pixels: 0 };

  constructor(private readonly texts: Texts) {}

  /** Counts a text that the model has `times` times, inside of `depth` elements and of `included` other texts. */
  read(text: string, times: number, depth: number, included: number): void {
    if (included > MODEL_LIMITS.include_depth) throw tooMuch('texts that include one another', '');
    this.texts.count(text);
    const weights = [times];
    visitElements(text, {
      open: (element, inside) => {
        const weight = weights.at(-1)!;
        if (depth + inside >= MODEL_LIMITS.depth) throw tooMuch('nested elements', element.tag);
        this.#count(element, weight);
        for (const other of this.#namedBy(element)) {
          this.read(other, weight, depth + inside, included + 1);
        }
        weights.push(element.tag === 'replicate' ? weight * product(element, 'count') : weight);
      },
      close: () => weights.pop(),
    });
  }

  /** Texts that MuJoCo reads for this element, or whose elements take its place. */
  #namedBy({ tag, attributes }: Element): string[] {
    // Which model it attaches is of no matter: it counts as all.
    if (tag === 'attach') return this.texts.all();
    if (tag !== 'include' && tag !== 'model') return [];
    return this.texts.named(attributes.get('file') ?? '');
  }

  #count(element: Element, weight: number): void {
    const { tag, attributes } = element;
    this.#add('elements', weight, tag);
    this.#add('dofs', weight * degreesOfFreedom(element), tag);
    checkValues(element);
    if (tag === 'body') this.bodies += weight;
    if (tag === 'hfield') this.#add('cells', product(element, 'nrow', 'ncol'), tag);
    if (tag === 'texture' && attributes.has('builtin')) {
      this.#add('pixels', 6 * product(element, 'width', 'height'), tag);
    }
    if (tag === 'composite' && product(element, 'count') > MODEL_LIMITS.cable) {
      throw tooMuch('bodies in a cable', tag);
    }
    if (tag === 'lengthrange') {
      const total = numbers(element, 'inttotal').reduce((a, b) => Math.max(a, b), 10);
      const step = numbers(element, 'timestep').reduce((a, b) => Math.min(a, b), 0.01);
      const steps = total / Math.max(step, 1e-9);
      if (steps > MODEL_LIMITS.range_steps) throw tooMuch('steps of a length range', tag);
    }
  }

  #add(kind: Total, amount: number, tag: string): void {
    this.#used[kind] += amount;
    if (this.#used[kind] > MODEL_LIMITS[kind]) throw tooMuch(TOTALS[kind], tag);
  }
}

function checkValues(element: Element): void {
  const { largest, smallest } = MODEL_LIMITS;
  for (const name of element.attributes.keys()) {
    const most = largest[`${element.tag} ${name}`] ?? largest[` ${name}`];
    const values = most === undefined ? [] : numbers(element, name);
    if (values.some((value) => Math.abs(value) > most!)) throw tooMuch(name, element.tag);
    const least = smallest[`${element.tag} ${name}`];
    if (least !== undefined && numbers(element, name).some((value) => value < least)) {
      throw tooMuch(name, element.tag);
    }
  }
}

function degreesOfFreedom(element: Element): number {
  switch (element.tag) {
    case 'freejoint':
      return 6;
    case 'joint': {
      const type = element.attributes.get('type');
      return type === 'free' ? 6 : type === 'ball' ? 3 : 1;
    }
    case 'composite':
      return 3 * product(element, 'count');
    case 'flexcomp': {
      const { attributes } = element;
      const moves = ['full', '2d', 'radial'].includes(attributes.get('dof') ?? 'full');
      const points = product(element, 'count');
      return moves && attributes.get('rigid') !== 'true' ? 3 * points : points / 10;
    }
    default:
      return 0;
  }
}

/** The numbers of an attribute, with MuJoCo's suffixes. */
function numbers({ tag, attributes }: Element, name: string): number[] {
  const words = (attributes.get(name) ?? '').split(/\s+/).filter(Boolean);
  return words.map((word) => {
    const [, digits, suffix] = NUMBER.exec(word) ?? [];
    if (digits === undefined) {
      throw new WebsimError(
        `The agent's model cannot be loaded: <${tag}> has the ${name} "${word.slice(0, 40)}", expected numbers; ` +
          'ask for the agent again',
      );
    }
    return Number(digits) * (suffix ? 1024 ** (SUFFIXES.indexOf(suffix.toLowerCase()) + 1) : 1);
  });
}

/** Of all numbers of some attributes, none below 1. */
function product(element: Element, ...names: string[]): number {
  const factors = names.flatMap((name) => numbers(element, name));
  return factors.reduce((so, factor) => so * Math.max(1, factor), 1);
}

function lastName(path: string): string {
  return path.toLowerCase().split(/[/\\]/).at(-1)!;
}

function tooMuch(what: string, tag: string): WebsimError {
  const where = tag ? ` at <${tag}>` : '';
  return new WebsimError(
    `The agent's model cannot be loaded: it asks for more ${what} than a model may have${where}; ask for a smaller model`,
  );
}
