import { Marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { formulas } from '../../webapp/lab/formulas';
import { mathml } from '../../webapp/lab/mathml';

const drawn = (text: string) => new Marked(formulas).parse(text, { async: false });
const found = (text: string) =>
  [...drawn(text).matchAll(/<websim-lab-formula>(.*?)<\/websim-lab-formula>/gs)].map((m) => m[1]);

describe('finding formulas', () => {
  it.each([
    ['with $x_1$ and $y_2$.', ['$x_1$', '$y_2$']],
    ['a set $\\{a, b\\}$, 5 \\$ and $\\text{5 \\$}$', ['$\\{a, b\\}$', '$\\text{5 \\$}$']],
    ['within $$x < y$$ a line', ['$$x &lt; y$$']],
    ['before\n$$\nx\n- y \\\\\n= z\n$$\nbehind', ['$$\nx\n- y \\\\\n= z\n$$']],
    ['- of a list\n\n  $$x$$\n', ['$$x$$']],
    ['**the $\\pi^*$**, *$x_*$* and __$y__z$__', ['$\\pi^*$', '$x_*$', '$y__z$']],
  ])('%j has %j', (text, formulas) => {
    expect(found(text)).toEqual(formulas);
  });

  it.each([
    'costs $5 and $6',
    'costs $5-$6',
    'with a space $ x $ or $x $',
    'in code `$x$` and ``$y$``, also `$` *x* `$`',
    '```\n$x$\n\n$$y$$\n```',
    '    $indented$',
    '\\$x\\$ and \\$$5',
    'open $x\n\nand closed$, open $$x\n\nand closed$$',
    'empty $$ $$',
    '[link](https://a.invalid/$x$)',
  ])('%j has none', (text) => {
    expect(found(text)).toEqual([]);
    expect(drawn(text)).toBe(new Marked().parse(text, { async: false }));
  });

  it('takes no longer where there are many dollar signs', () => {
    const began = performance.now();
    for (const part of ['$', '$$ x ', 'a $5 ', '\n$$\nx\n\n', '$x$ ']) drawn(part.repeat(20_000));
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('drawing formulas', () => {
  it('draws within a line and on a line of its own', () => {
    expect(mathml('$x$')).toBe('<math><mi>x</mi></math>');
    for (const own of ['$$x$$', '\\begin{equation}x\\end{equation}']) {
      expect(mathml(own)).toMatch(/^<math display="block".*<mi>x<\/mi>/);
    }
    expect(mathml('$a<b$')).toContain('<mo>&lt;</mo>');
    expect(mathml('$\\text{<script>}$')).toBe('<math><mtext>&lt;script&gt;</mtext></math>');
  });

  it.each([
    ['an error', '$\\frac{1}$'],
    ['an unknown word', '$\\unknown$'],
    ['more than a formula', '$a$ and $b$'],
    ['a link', '$\\href{javascript:alert(1)}{x}$'],
    ['an address', '$\\url{javascript:alert(1)}$'],
    ['a picture', '$\\includegraphics{https://elsewhere.invalid/x.png}$'],
    ['HTML', '$\\html{<b>}$'],
    ['a style', '$\\style{position:fixed}{x}$'],
    ['a class', '$\\class{told}{x}$'],
    ['an id', '$\\id{told}{x}$'],
    ['data', '$\\data{a=b}{x}$'],
    ['an endless definition', '$\\def\\a{\\a}\\a$'],
    ['a definition', `$\\newcommand{\\a}{${'x'.repeat(3000)}}${'\\a'.repeat(900)}$`],
    ['many brackets', `$${'{'.repeat(2999)}$`],
    ['a large table', `$\\begin{matrix}${'&'.repeat(999)}${'\\\\'.repeat(999)}\\end{matrix}$`],
    ['a long text', `$${'x'.repeat(3001)}$`],
  ])('leaves %s as it is', (_, source) => {
    expect(mathml(source)).toBeNull();
  });

  it('keeps spaces within a cell', () => {
    expect(mathml('$\\rule{900em}{900em}$')).toContain('width="50em" height="50em"');
  });

  it('says what definitions are by whole names', () => {
    expect(mathml('$x \\le y \\Leftarrow \\left(z\\right)$')).not.toBeNull();
  });
});
