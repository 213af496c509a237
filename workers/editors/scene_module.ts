// What a rank calls in Python for the editor of scenes (`websim/worker_scene.py`): models within the limits, with the
// files that they need under the names that MuJoCo looks for. Each throws with the file or element at fault.

import type { ModelText } from './scene_protocol';

export interface SceneModule {
  ofTask(env: string): ModelText;
  ofText(model: ModelText): ModelText;
  /** A file's bytes: .xml, or .zip with what it names. */
  ofFile(file: Uint8Array): ModelText;
  /** A `PackedModel` as JSON. */
  packed(model: ModelText): string;
  /** A `TaskSize` as JSON. */
  size(env: string, options: string): string;
}
