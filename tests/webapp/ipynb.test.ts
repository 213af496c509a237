import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NotebookFileError, parseNotebook, writeNotebook } from '../../webapp/lab/ipynb';
import { addOutput, emptyNotebook, newCell, type Output } from '../../webapp/lab/notebook';

const PNG = 'iVBORw0KGgo=';
const OUTPUTS: Output[] = [
  { output_type: 'stream', name: 'stdout', text: 'a\nb\n' },
  {
    output_type: 'execute_result',
    execution_count: 2,
    data: { 'text/plain': 'one\ntwo' },
    metadata: {},
  },
  {
    output_type: 'display_data',
    data: { 'image/png': PNG },
    metadata: { 'image/png': { width: 3 } },
  },
  { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['E: v'] },
];

/** As Jupyter writes it, of an older minor version: no ids, texts as lines. */
const FOREIGN = {
  nbformat: 4,
  nbformat_minor: 2,
  metadata: { kernelspec: { name: 'conda', display_name: 'Conda', language: 'python' }, theirs: 1 },
  cells: [
    {
      cell_type: 'markdown',
      metadata: { tags: ['x'] },
      source: ['# A\n', 'b'],
      attachments: { 'a.png': { 'image/png': PNG } },
    },
    {
      cell_type: 'code',
      metadata: {},
      execution_count: 7,
      source: [],
      outputs: [
        { output_type: 'stream', name: 'stderr', text: ['w\n', 'x'] },
        {
          output_type: 'display_data',
          data: { 'application/vnd.theirs+json': { a: [1] } },
          metadata: {},
        },
        { output_type: 'of_tomorrow', what: 'unknown' },
      ],
    },
    { cell_type: 'raw', metadata: {}, source: 'as it is' },
  ],
};

const parse = (file: unknown) => parseNotebook(JSON.stringify(file), 'theirs.ipynb');

describe('notebook files', () => {
  it('come back as they were written, outputs and all', () => {
    const notebook = emptyNotebook();
    notebook.title = 'Mine';
    Object.assign(notebook.cells[0]!, { source: 'x = 1\nx', outputs: OUTPUTS, count: 2 });
    notebook.cells.push(newCell('markdown', '# Text'));
    const text = writeNotebook(notebook);
    const { id, ...again } = parseNotebook(text, 'file.ipynb');
    expect(again.cells).toEqual(notebook.cells);
    expect(again.title).toBe('Mine');
    expect(id).not.toBe(notebook.id);
    expect(writeNotebook({ id, ...again })).toBe(text);
  });

  it('are written as nbformat 4.5 says', () => {
    const notebook = emptyNotebook();
    Object.assign(notebook.cells[0]!, { source: 'x = 1\nx', outputs: OUTPUTS, count: 2 });
    const file = JSON.parse(writeNotebook(notebook));
    expect([file.nbformat, file.nbformat_minor]).toEqual([4, 5]);
    expect(file.metadata.kernelspec.name).toBe('python3');
    const [cell] = file.cells;
    expect(Object.keys(cell).sort()).toEqual(
      ['cell_type', 'execution_count', 'id', 'metadata', 'outputs', 'source'].sort(),
    );
    expect(cell.id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
    expect(cell.source).toEqual(['x = 1\n', 'x']);
    expect(cell.outputs[0].text).toEqual(['a\n', 'b\n']);
    expect(cell.outputs[2].data['image/png']).toBe(PNG);
    expect(
      Object.keys(
        JSON.parse(writeNotebook({ ...notebook, cells: [newCell('markdown')] })).cells[0],
      ),
    ).not.toContain('outputs');
  });

  it('of others open, and what is unknown in them is kept', () => {
    const notebook = parse(FOREIGN);
    expect(notebook.title).toBe('theirs');
    const [text, code, raw] = notebook.cells;
    expect([text!.source, code!.source, raw!.source]).toEqual(['# A\nb', '', 'as it is']);
    expect(code!.outputs[0]).toEqual({ output_type: 'stream', name: 'stderr', text: 'w\nx' });
    const file = JSON.parse(writeNotebook(notebook));
    expect(file.metadata).toMatchObject(FOREIGN.metadata);
    expect(file.cells[0]).toMatchObject({ ...FOREIGN.cells[0], source: ['# A\n', 'b'] });
    expect(file.cells[1].outputs[1]).toEqual(FOREIGN.cells[1]!.outputs![1]);
    expect(file.cells[1].outputs[2]).toEqual(FOREIGN.cells[1]!.outputs![2]);
    expect(new Set(notebook.cells.map(({ id }) => id)).size).toBe(3);
  });

  it('may repeat ids, which the page does not', () => {
    const cell = { cell_type: 'code', id: 'same', metadata: {}, source: '', outputs: [] };
    const ids = parse({ nbformat: 4, cells: [cell, cell] }).cells.map(({ id }) => id);
    expect(ids[0]).toBe('same');
    expect(ids[1]).not.toBe('same');
  });

  it.each([
    ['', 'expected JSON'],
    ['{"nbformat": 4, "cells": [', 'expected JSON'],
    ['[1]', 'expected JSON with the field nbformat'],
    ['{"nbformat": 3, "worksheets": []}', 'expected a notebook of format 4, got format 3'],
    ['{"nbformat": 4}', 'got no list of cells'],
    ['{"nbformat": 4, "cells": [{"cell_type": "code"}]}', 'its cell 1 is damaged'],
    ['{"nbformat": 4, "cells": [{"cell_type": "film", "source": ""}]}', 'its cell 1 is damaged'],
    ['{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}', 'its cell 1 is damaged'],
  ])('are refused in a sentence when they are broken: %s', (text, sentence) => {
    expect(() => parseNotebook(text, 'broken.ipynb')).toThrow(NotebookFileError);
    expect(() => parseNotebook(text, 'broken.ipynb')).toThrow(sentence);
    expect(() => parseNotebook(text, 'broken.ipynb')).toThrow(/^broken\.ipynb/);
  });

  it('of the lessons open', () => {
    const files = readdirSync('lessons').filter((name) => name.endsWith('.ipynb'));
    expect(files.length).toBe(6);
    for (const name of files) {
      const { cells } = parseNotebook(readFileSync(`lessons/${name}`, 'utf8'), name);
      expect(cells.some(({ kind }) => kind === 'code')).toBe(true);
    }
  });
});

it('joins what is printed to the same stream', () => {
  const outputs: Output[] = [];
  addOutput(outputs, { output_type: 'stream', name: 'stdout', text: 'a' });
  addOutput(outputs, { output_type: 'stream', name: 'stdout', text: 'b' });
  addOutput(outputs, { output_type: 'stream', name: 'stderr', text: 'c' });
  addOutput(outputs, { output_type: 'stream', name: 'stdout', text: 'd' });
  expect(outputs.map(({ text }) => text)).toEqual(['ab', 'c', 'd']);
});
