import { beforeEach, expect, it } from 'vitest';
import { LabSession } from '../../webapp/lab/lab_session';
import { type Notebook, newCell } from '../../webapp/lab/notebook';
import type { NotebookKeeper } from '../../webapp/lab/notebook_keeper';
import type { LabClient } from '../../workers/lab/lab_client';
import type { LabEvent } from '../../workers/lab/lab_protocol';

/** A Python that prints its cell, and ends it when the test says so. */
class Client extends EventTarget {
  ran: string[] = [];
  ended: string[] = [];
  interrupts = 0;
  #settle: { resolve(fine: boolean): void; reject(error: Error): void } | null = null;

  constructor(readonly interruptible: boolean) {
    super();
  }

  async boot(): Promise<void> {}

  run(source: string, number: number, onOutput: (event: LabEvent) => void): Promise<boolean> {
    this.ran.push(`${number} ${source}`);
    onOutput({ output: { output_type: 'stream', name: 'stdout', text: source }, line: null });
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  interrupt(): void {
    this.interrupts++;
  }

  end(reason: string): void {
    this.ended.push(reason);
    this.#settle?.reject(new Error(reason));
  }

  async finish(fine: boolean): Promise<void> {
    this.#settle?.resolve(fine);
    await turn();
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

function notebook(...sources: string[]): Notebook {
  const cells = sources.map((source) => newCell('code', source));
  return { id: 'a', title: 'A', cells: [...cells, newCell('markdown', '# text')], metadata: {} };
}

let kept: string[];
beforeEach(() => {
  kept = [];
});

async function open(interruptible = true, ...sources: string[]) {
  const client = new Client(interruptible);
  const keeper = { keepSoon: ({ id }: Notebook) => kept.push(id) };
  const session = new LabSession(
    client as unknown as LabClient,
    keeper as unknown as NotebookKeeper,
  );
  const book = notebook(...sources);
  session.open(book);
  await turn();
  return { client, session, cells: book.cells };
}

it('runs nothing and keeps nothing of a notebook that is opened', async () => {
  const { client, session } = await open(true, 'a', 'b');
  expect(client.ran).toEqual([]);
  expect(kept).toEqual([]);
  expect(session.python).toBe('ready');
});

it('runs all code cells in order, one at a time', async () => {
  const { client, session, cells } = await open(true, 'a', 'b');
  session.runCells(cells);
  expect(client.ran).toEqual(['1 a']);
  expect(session.run(cells[1]!)?.state).toBe('queued');
  await client.finish(true);
  expect(client.ran).toEqual(['1 a', '2 b']);
  await client.finish(true);
  expect(session.python).toBe('ready');
  expect(cells.map(({ count }) => count)).toEqual([1, 2, null]);
  expect(cells[0]!.outputs[0]!.text).toBe('a');
  expect(kept.length).toBeGreaterThan(0);
});

it('does not go on after a cell that failed', async () => {
  const { client, session, cells } = await open(true, 'a', 'b');
  session.runCells(cells);
  await client.finish(false);
  expect(client.ran).toEqual(['1 a']);
  expect(session.run(cells[0]!)?.state).toBe('failed');
  expect(session.run(cells[1]!)).toBeUndefined();
});

it('interrupts the cell that runs, and forgets those that wait', async () => {
  const { client, session, cells } = await open(true, 'a', 'b');
  session.runCells(cells);
  session.interrupt();
  expect(client.interrupts).toBe(1);
  await client.finish(false);
  expect(client.ran).toEqual(['1 a']);
});

it('restarts Python to interrupt where memory is not shared, and says so', async () => {
  const { client, session, cells } = await open(false, 'a');
  session.runCells(cells);
  session.interrupt();
  await turn();
  expect(client.interrupts).toBe(0);
  expect(client.ended).toHaveLength(1);
  expect(session.told).toContain('which was restarted: its variables are gone');
  expect(session.run(cells[0]!)?.state).toBe('failed');
  expect(cells[0]!.outputs.at(-1)!.evalue).toContain('Python was restarted while this cell ran');
  session.runCells(cells);
  expect(client.ran).toEqual(['1 a', '1 a']);
});

it('starts another Python for another notebook, where this one has run something', async () => {
  const { client, session, cells } = await open(true, 'a');
  session.open(notebook('unrun'));
  expect(client.ended).toEqual([]);
  session.open({ ...notebook(), cells });
  session.runCells(cells);
  kept = [];
  session.open({ ...notebook('other'), id: 'b' });
  await turn();
  expect(client.ended).toHaveLength(1);
  expect(kept, 'nothing of the new notebook was changed').toEqual([]);
});

it('says why Python has ended by itself', async () => {
  const { client, session } = await open(true, 'a');
  expect(session.python).toBe('ready');
  client.dispatchEvent(new CustomEvent('end', { detail: 'Python stopped: out of memory.' }));
  expect(session.python).toBe('off');
  expect([session.told, session.trouble]).toEqual(['Python stopped: out of memory.', true]);
});
