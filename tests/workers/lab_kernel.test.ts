import { afterEach, expect, it, vi } from 'vitest';
import { LabKernel } from '../../workers/lab/lab_kernel';
import type { LabModule } from '../../workers/lab/lab_module';
import type { FromLab } from '../../workers/lab/lab_protocol';

afterEach(() => vi.unstubAllGlobals());

it('tells a package that the site lacks as a package, and goes on', async () => {
  vi.stubGlobal('fetch', async () => Response.json({ version: 'v', assets: {} }));
  const lab = {
    imports: () => ['pylab'],
    robots: () => [],
    missing: () => ['matplotlib.whl'],
  } as unknown as LabModule;
  const { port1, port2 } = new MessageChannel();
  const boot = async () => ({ lab, damage: null, setInterruptBuffer: () => {} });
  new LabKernel(port2, boot);
  port2.start();
  const answers: FromLab[] = [];
  port1.onmessage = ({ data }) => answers.push(data);
  const base = 'http://localhost/runtime/';
  port1.postMessage({ id: 1, type: 'boot', assets: {}, base, interrupt: null });
  port1.postMessage({ id: 2, type: 'run', source: 'import pylab', number: 1 });
  await vi.waitFor(() => expect(answers.length).toBe(2));
  port1.close();
  expect(answers[1]).toEqual({
    type: 'error',
    id: 2,
    damaged: false,
    message:
      'matplotlib.whl is not part of this site: its list of Python packages names it, so files are missing; build the ' +
      'site again',
  });
});
