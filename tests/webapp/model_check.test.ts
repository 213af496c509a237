import { expect, it } from 'vitest';
import { checkedModels } from '../../webapp/player/model_check';
import { WebsimError } from '../../workers/errors';

const checkedModel = (xml: string, files: Record<string, Uint8Array>) =>
  checkedModels([xml], files);
const body = (inside: string) => `<mujoco><worldbody>${inside}</worldbody></mujoco>`;
const bytes = (text: string) => new TextEncoder().encode(text);
const files = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, bytes(text)]));

it('counts bodies, replicated and included ones with them', () => {
  expect(checkedModel(body('<body><body/></body>'), {})).toBe(2);
  expect(checkedModel(body('<replicate count="3"><body><body/></body></replicate>'), {})).toBe(6);
  const legs = files({ 'parts/Legs.xml': '<mujocoinclude><body/><body/></mujocoinclude>' });
  expect(checkedModel(body('<body><include file="legs.xml"/></body>'), legs)).toBe(3);
  expect(checkedModel(body('<body><include file="of the site.xml"/></body>'), legs)).toBe(1);
});

it("reads what MuJoCo's parser accepts", () => {
  const odd = `\ufeff<?xml version='1.0'?><!DOCTYPE m><!-- <body> -- > --><mujoco model='R & D > x'
    ><![CDATA[<body>]]><worldbody>text<body  name = "a" /></worldbody></mujoco >`;
  expect(checkedModel(odd, {})).toBe(1);
});

it.each([
  ['<mujoco>', 'line 1'],
  ['<mujoco>\n<body></mujoco>', 'line 2'],
  ['</mujoco>', 'line 1'],
  ['<mujoco a=1/>', 'line 1'],
  ['<mujoco a="1/>', 'line 1'],
  ['<mujoco/><!-- ', 'line 1'],
  ['<1/>', 'line 1'],
])('a broken text is refused: %s', (xml, where) => {
  expect(() => checkedModel(xml, {})).toThrow(`its MJCF is broken at ${where}`);
});

it.each([
  ['nested elements', body('<body>'.repeat(200) + '</body>'.repeat(200))],
  ['elements', body('<geom/>'.repeat(20_001))],
  [
    'elements',
    body('<replicate count="1000"><replicate count="1000"><geom/></replicate></replicate>'),
  ],
  ['elements', body('<replicate count="&#50;&#x30;00&#48;"><geom/></replicate>')],
  ['degrees of freedom', body('<joint type="&#102;ree"/>'.repeat(501))],
  ['degrees of freedom', body('<replicate count="600"><body><freejoint/></body></replicate>')],
  ['degrees of freedom', body('<joint type="ball"/>'.repeat(1001))],
  ['degrees of freedom', body('<flexcomp type="grid" count="99 99 99"/>')],
  ['degrees of freedom', body('<composite type="cable" count="9999 1 1"/>')],
  ['bodies in a cable', body('<composite type="cable" count="900 1 1"/>')],
  ['cells of height fields', '<mujoco><asset><hfield nrow="65536" ncol="65536"/></asset></mujoco>'],
  [
    'pixels of textures',
    '<mujoco><asset><texture builtin="flat" width="9999" height="9999"/></asset></mujoco>',
  ],
  ['memory', '<mujoco><size memory="1T"/></mujoco>'],
  ['nuser_body', '<mujoco><size nuser_body="2000000000"/></mujoco>'],
  ['iterations', '<mujoco><option iterations="-2e9"/></mujoco>'],
  ['actdim', '<mujoco><actuator><general actdim="1e5"/></actuator></mujoco>'],
  ['activelayers', body('<flexcomp><contact activelayers="0"/></flexcomp>')],
  [
    'steps of a length range',
    '<mujoco><compiler><lengthrange inttotal="1e9" timestep="1e-6"/></compiler></mujoco>',
  ],
  ['text', `<mujoco>${' '.repeat(16_000_001)}</mujoco>`],
])('a model that asks for more %s than there may be is refused', (what, xml) => {
  expect(() => checkedModel(xml, {})).toThrow(
    new RegExp(`^The agent's model cannot be loaded: it asks for more ${what} .+; .+`),
  );
});

it.each(['0x7fffffff', '1_000', 'many', 'constructor', '1.5.5'])(
  'a size that is no plain number is refused, as MuJoCo may read it otherwise: %s',
  (count) => {
    expect(() => checkedModel(body(`<replicate count="${count}"/>`), {})).toThrow(
      `<replicate> has the count "${count}", expected numbers`,
    );
  },
);

it('a kind of joint that is the name of something else counts as any', () => {
  const joints = '<joint type="constructor"/>'.repeat(3001);
  expect(() => checkedModel(body(joints), {})).toThrow('degrees of freedom');
});

it.each([
  ['includes itself', '<include file="a.xml"/>', '<include file="b/A.XML"/>'],
  ['attaches all of its models', '<attach model="a"/>', '<attach model="a"/>'],
  ['reads a model that reads it', '<model file="a.xml"/>', '<model file="a.xml"/>'],
])('a text that %s ends in a sentence', (_what, inside, again) => {
  const others = files({ 'a.xml': `<mujoco>${again}</mujoco>` });
  expect(() => checkedModel(`<mujoco>${inside}</mujoco>`, others)).toThrow(
    /texts that include one another/,
  );
});

it('texts that multiply are counted before they do', () => {
  const twice = (name: string) => `<m><include file="${name}"/><include file="${name}"/></m>`;
  const chain = Object.fromEntries(
    Array.from({ length: 15 }, (_, i) => [`${i}.xml`, twice(`${i + 1}.xml`)]),
  );
  const count = () => checkedModel(twice('0.xml'), files({ ...chain, '15.xml': '<m><geom/></m>' }));
  expect(count).toThrow('more elements');
  const long = `<m><!--${' '.repeat(1_000_000)}--></m>`;
  const often = body('<include file="long.xml"/>'.repeat(100));
  expect(() => checkedModel(often, files({ 'long.xml': long }))).toThrow('more text');
});

it('what is read counts for all models of a task', () => {
  const long = `<mujoco><!--${' '.repeat(1_000_000)}--><body/></mujoco>`;
  expect(checkedModels([long, body('<body/><body/>')], {})).toBe(2);
  expect(() => checkedModels(Array(17).fill(long), {})).toThrow('more text');
});

it('text of any shape is read in no time', () => {
  const shapes = [
    '<mujoco '.repeat(100_000),
    `<mujoco ${'a '.repeat(500_000)}`,
    `<mujoco a="${' '.repeat(1_000_000)}`,
    '<'.repeat(1_000_000),
    `<mujoco><size memory="${'1 '.repeat(500_000)}"/></mujoco>`,
    `<!--${'<mujoco '.repeat(100_000)}--><mujoco/>`,
  ];
  const start = performance.now();
  for (const xml of shapes) {
    try {
      checkedModel(xml, {});
    } catch (error) {
      expect(error).toBeInstanceOf(WebsimError);
    }
  }
  // Seconds on any machine, where a search that goes back would take hours.
  expect(performance.now() - start).toBeLessThan(20_000);
});
