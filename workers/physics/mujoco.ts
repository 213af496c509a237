// MuJoCo and the physics kernel of a rank: two modules, instantiated from compiled ones, in one memory.

import type { MainModule, MjData, MjModel } from '@mujoco/mujoco';

type Kernel = (...args: number[]) => number;

/** Functions of `wasm_build/kernels/physics.c`. */
export interface Kernels {
  ws_state_size: Kernel;
  ws_step: Kernel;
  ws_step_pushed: Kernel;
  ws_reset: Kernel;
  ws_set_state: Kernel;
  ws_get_state: Kernel;
  ws_world: Kernel;
  ws_poses: Kernel;
  ws_overlay_size: Kernel;
  ws_overlay: Kernel;
  ws_row_overlay: Kernel;
}

interface CExports {
  memory: WebAssembly.Memory;
  malloc(nbytes: number): number;
  free(address: number): void;
  __stack_pointer: WebAssembly.Global<'i32'>;
}

type PhysicsExports = Kernels & { __stack_pointer: WebAssembly.Global<'i32'> };

type MujocoFactory = (options: {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  printErr(text: string): void;
}) => Promise<MainModule>;

/** The kernel keeps small fixed arrays on its stack. */
const KERNEL_STACK_BYTES = 64 * 1024;
/** Sizes and addresses have 32 bits. */
const MAX_BYTES = 2 ** 32 - 1;
/** Bytes of a compiled model, and of its working memory; `websim/models/limits.py` has the same and says why. */
const MAX_MODEL_BYTES = 512 * 2 ** 20;
const MAX_ARENA_BYTES = 512 * 2 ** 20;
/** Static data of a module that is linked without an address of its own would lie below this. */
const LOW_MEMORY_BYTES = 1024 * 1024;

export class Mujoco {
  /** Why nothing can be computed here any more; the worker is to be replaced. */
  damage: string | null = null;

  private constructor(
    /** MuJoCo's JS bindings. */
    readonly bindings: MainModule,
    private readonly c: CExports,
    private readonly physics: PhysicsExports,
  ) {}

  /** `loaderUrl`: address of MuJoCo's JS loader. */
  static async create(
    loaderUrl: string,
    mujocoModule: WebAssembly.Module,
    physicsModule: WebAssembly.Module,
  ): Promise<Mujoco> {
    const loader = (await import(/* @vite-ignore */ loaderUrl)) as { default: MujocoFactory };
    let exports: WebAssembly.Exports | undefined;
    const bindings = await loader.default({
      instantiateWasm(imports, done) {
        const instance = new WebAssembly.Instance(mujocoModule, imports);
        exports = instance.exports;
        done(instance, mujocoModule);
        return exports;
      },
      // MuJoCo's errors arrive as exceptions, its warnings are counted by the kernel.
      printErr: () => {},
    });
    const c = exports as unknown as CExports;
    const physics = instantiatePhysics(physicsModule, c);
    return new Mujoco(bindings, c, physics);
  }

  /** Live view of the memory: take it anew after anything that may allocate. */
  get heap(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.c.memory.buffer as ArrayBuffer);
  }

  /** Zeroed block. Throws when the memory cannot grow any further. */
  allocate(nbytes: number): number {
    const address = nbytes <= MAX_BYTES ? this.c.malloc(Math.max(nbytes, 1)) >>> 0 : 0;
    if (address === 0) {
      throw new Error(
        `MuJoCo's memory is full: no room for another ${megabytes(nbytes)}; use fewer environments`,
      );
    }
    this.heap.fill(0, address, address + nbytes);
    return address;
  }

  free(address: number): void {
    this.c.free(address);
  }

  /** Address of the C `mjModel` or `mjData` that a bindings' object holds: its first word. */
  address(object: MjModel | MjData): number {
    const handle = object as unknown as { $$: { ptr: number } };
    return new DataView(this.c.memory.buffer).getUint32(handle.$$.ptr, true);
  }

  /** Calls into MuJoCo or the kernel. A C error unwinds without freeing its stack: that is done here. */
  call<T>(run: (kernels: Kernels) => T): T {
    const stack = this.c.__stack_pointer.value;
    const kernelStack = this.physics.__stack_pointer.value;
    try {
      return run(this.physics);
    } catch (thrown) {
      this.c.__stack_pointer.value = stack;
      this.physics.__stack_pointer.value = kernelStack;
      const message = reason(thrown);
      if (isDamage(thrown)) this.damage ??= message;
      throw new Error(message, { cause: thrown });
    }
  }

  /** `assets`: files by the names under which MuJoCo looks for them. Throws with MuJoCo's reason in one line. */
  loadModel(xml: string, assets: Record<string, Uint8Array> = {}): MjModel {
    const files = new this.bindings.MjVFS();
    try {
      for (const [name, bytes] of Object.entries(assets)) {
        this.call(() => files.addBuffer(name, bytes));
      }
      return affordable(this.call(() => this.bindings.MjModel.from_xml_string(xml, files)));
    } finally {
      files.delete();
    }
  }
}

/** Frees and refuses a model that would leave no memory to train in. */
function affordable(model: MjModel): MjModel {
  const sizes: [string, number, number][] = [
    ['model', Number(model.nbuffer), MAX_MODEL_BYTES],
    ["model's working memory", Number(model.narena), MAX_ARENA_BYTES],
  ];
  for (const [what, nbytes, limit] of sizes) {
    if (nbytes <= limit) continue;
    model.delete();
    throw new Error(
      `the ${what} takes too much memory: expected at most ${megabytes(limit)}, got ${megabytes(nbytes)}`,
    );
  }
  return model;
}

/** Exceptions of C++ and traps, unlike MuJoCo's errors, leave it half way: the next model that it loads may be empty. */
function isDamage(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return true;
  if (thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError) return true;
  return thrown.name.startsWith('std::');
}

/** What MuJoCo, C++ or the browser's memory says was wrong, in one line. */
function reason(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : '';
  // Standard C++ exceptions and traps say little: a size, a depth or a memory that is too large.
  if (isDamage(thrown)) {
    const detail = message ? ` (${message})` : '';
    return `MuJoCo ran out of memory or met a size that it cannot handle${detail}`;
  }
  const lines = message.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .join('; ')
    .replace(/^MuJoCo Error: (Loading error: )?/, '');
}

function megabytes(nbytes: number): string {
  return `${(nbytes / 1e6).toFixed(0)} MB`;
}

function instantiatePhysics(module: WebAssembly.Module, c: CExports): PhysicsExports {
  const low = () => new Uint8Array(c.memory.buffer, 0, LOW_MEMORY_BYTES);
  const before = low().slice();
  const imports = { env: { memory: c.memory }, mujoco: c as unknown as WebAssembly.ModuleImports };
  const instance = new WebAssembly.Instance(module, imports);
  const after = low();
  if (before.some((byte, i) => byte !== after[i])) {
    throw new Error(
      "physics.wasm has static data, which overwrites MuJoCo's: keep constants of the kernel out of " +
        'memory (no tables, no string literals) and build it again',
    );
  }
  const physics = instance.exports as unknown as PhysicsExports;
  physics.__stack_pointer.value = c.malloc(KERNEL_STACK_BYTES) + KERNEL_STACK_BYTES;
  return physics;
}
