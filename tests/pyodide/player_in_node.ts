// The parts of the player that need no browser.

export { Episodes } from '../../webapp/player/episodes';
export { checkedModels } from '../../webapp/player/model_check';
export { readPolicyFile } from '../../webapp/player/policy_file';
export { modelFiles, readTaskFile } from '../../webapp/player/task_file';
export { agentFragment, readFragment } from '../../webapp/share/link';
export { packAgent, unpackAgent } from '../../webapp/share/packed_agent';
export { describeTask } from '../../webapp/share/packed_task';
export { Mujoco } from '../../workers/physics/mujoco';
