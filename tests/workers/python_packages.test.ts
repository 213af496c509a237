import { expect, it } from 'vitest';
import { packagesWith } from '../../workers/runtime/python_packages';

const entry = (imports: string[], depends: string[] = []) => ({
  file_name: '',
  asset: '',
  imports,
  depends,
});
const PACKAGES = {
  numpy: entry(['numpy']),
  pillow: entry(['PIL']),
  matplotlib: entry(['matplotlib', 'pylab'], ['numpy', 'pillow']),
  six: entry(['six']),
};

it('finds the packages of modules, with all that they need, each once', () => {
  expect(packagesWith(PACKAGES, ['pylab', 'matplotlib', 'json']).sort()).toEqual([
    'matplotlib',
    'numpy',
    'pillow',
  ]);
  expect(packagesWith(PACKAGES, ['PIL'])).toEqual(['pillow']);
  expect(packagesWith(PACKAGES, ['websim'])).toEqual([]);
});
