// What run_pytest.mjs takes of workers/, in one module.

export { Host } from '../../workers/host';
export { Mujoco } from '../../workers/mujoco';
