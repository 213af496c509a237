// What the Lab's worker calls in Python (`websim/worker_lab.py`) and of Pyodide.

import type { LabEvent } from './lab_protocol';

export interface LabModule {
  /** Whether the cell came to its end; what it puts out goes to `emit`. */
  run(source: string, number: number, emit: (event: LabEvent) => void): Promise<boolean>;
  /** Interrupts a cell that waits in an `await`. */
  cancel(): void;
  /** Modules that a cell imports. */
  imports(source: string): string[];
  /** Archives of the robots that a cell names, which Python does not have yet. */
  robots(source: string): string[];
  addRobot(name: string, bytes: ArrayBuffer): void;
  /** Files of the site's packages that Python does not have yet: those with the modules, and all that they need. */
  missing(modules: readonly string[]): string[];
  /** Makes packages importable: files by their names in the manifest. */
  install(files: Record<string, ArrayBuffer>): Promise<void>;
  /** Installs a wheel that the user has brought; a sentence about it. */
  installWheel(name: string, bytes: ArrayBuffer): Promise<string>;
}
