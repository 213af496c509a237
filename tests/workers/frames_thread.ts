// Writes frames as fast as it can until stopped, each full of one number.

import { parentPort, workerData } from 'node:worker_threads';
import { SharedFrameWriter } from '../../workers/ranks/frames';
import { SharedMemory } from '../../workers/ranks/shared_memory';

const memory = new SharedMemory(workerData.buffer as SharedArrayBuffer);
const writer = new SharedFrameWriter(memory);
const poses = new Float32Array(memory.poseFloats);
for (let i = 0; !memory.stopped; i++) writer.write(poses.fill(i % 1000));
parentPort?.postMessage('stopped');
