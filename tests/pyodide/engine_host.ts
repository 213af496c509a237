// What run_pytest.mjs takes of workers/, in one module.

export { Mujoco } from '../../workers/physics/mujoco';
export { Host } from '../../workers/ranks/host';
