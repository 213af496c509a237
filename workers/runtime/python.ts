// Pyodide in a rank, booted from files that the page has downloaded, checked and compiled already.

import { loadPyodide, type PyodideAPI } from 'pyodide';
import type { RewardModule } from '../editors/reward_module';
import type { SceneModule } from '../editors/scene_module';
import type { LabModule } from '../lab/lab_module';
import type { ExchangeModule } from '../ranks/exchange_module';
import type { LoadedAssets, LoadStage } from '../ranks/protocol';
import type { TaskScene, TrainingModule, TrainingSession } from '../ranks/training_module';
import { netLibrary } from './net_library';
import { type LockEntry, packagesWith } from './python_packages';

/** Where Pyodide believes its files are; requests to it never leave the worker. */
const VIRTUAL_URL = 'https://runtime.invalid/';
const NET_LIBRARY = '/lib/websim_net.so';
const PACKAGES = '/menagerie';
const WHEELS = '/wheels';
const SIGINT_WORDS = 1;

type PyodideFactory = NonNullable<Parameters<typeof loadPyodide>[0]>['createPyodideModule'];

/** Python with numpy and the package websim. */
export class Python {
  readonly netLibrary = NET_LIBRARY;

  private constructor(
    private readonly pyodide: PyodideAPI,
    private readonly lock: Lock,
  ) {}

  /** `seconds` receives the duration of each stage. */
  static async boot(
    assets: LoadedAssets,
    onStage: (stage: LoadStage) => void,
    seconds: Record<string, number>,
  ): Promise<Python> {
    const timed = async <T>(stage: LoadStage, run: () => Promise<T>): Promise<T> => {
      onStage(stage);
      const start = performance.now();
      const result = await run();
      seconds[stage] = (performance.now() - start) / 1000;
      return result;
    };
    const lock = readLock(assets);
    const loaderUrl = assets['pyodide.asm.mjs'] as string;
    const loader = (await import(/* @vite-ignore */ loaderUrl)) as { default: PyodideFactory };
    const local = (url: string) => ofVirtualUrl(assets, url);
    return withLocalFiles(local, async () => {
      const pyodide = await timed('python', () =>
        loadPyodide({
          indexURL: VIRTUAL_URL,
          packageBaseUrl: VIRTUAL_URL,
          lockFileContents: JSON.stringify(lock),
          createPyodideModule: loader.default,
        }),
      );
      await timed('numpy', async () => {
        await pyodide.loadPackage('numpy', { messageCallback: () => {} });
        const [extractDir] = pyodide.pyimport('site').getsitepackages();
        pyodide.unpackArchive(assets['websim.whl'] as ArrayBuffer, 'wheel', { extractDir });
        pyodide.FS.writeFile(NET_LIBRARY, new Uint8Array(assets[netLibrary()] as ArrayBuffer));
      });
      return new Python(pyodide, lock);
    });
  }

  /** Live view of Python's memory: take it anew in each call. */
  get heap(): Uint8Array {
    const { _module } = this.pyodide as unknown as { _module: { HEAPU8: Uint8Array } };
    return _module.HEAPU8;
  }

  registerModule(name: string, module: object): void {
    this.pyodide.registerJsModule(name, module);
  }

  /** While set, a 2 (SIGINT) written into `buffer` raises KeyboardInterrupt. */
  setInterruptBuffer(buffer: SharedArrayBuffer | null): void {
    // Null is how Pyodide forgets its buffer; its types do not say so.
    const view = buffer ? new Int32Array(buffer, 0, SIGINT_WORDS) : null;
    this.pyodide.setInterruptBuffer(view as Int32Array);
  }

  /** Puts an archive where `websim.models.sources` looks for robots. */
  addPackage(name: string, bytes: ArrayBuffer): void {
    this.pyodide.FS.mkdirTree(PACKAGES);
    this.pyodide.FS.writeFile(`${PACKAGES}/${name}`, new Uint8Array(bytes));
  }

  private hasPackage(name: string): boolean {
    return this.pyodide.FS.analyzePath(`${PACKAGES}/${name}`).exists;
  }

  /** `websim.worker`, with strings for JSON. */
  importTraining(): TrainingModule {
    const module = this.pyodide.pyimport('websim.worker');
    return {
      check: (request) => module.check(request),
      scene: (env, options) => module.scene(env, options) as TaskScene,
      packages: (env, options) => module.packages(env, options),
      warmUp: () => module.warm_up(),
      openSession: (config, rank, worldSize, saved) =>
        // Python's None is undefined.
        wrapSession(module.open_session(config, rank, worldSize, saved ?? undefined)),
    };
  }

  /** `websim.worker_exchange`. */
  importExchange(): ExchangeModule {
    const module = this.pyodide.pyimport('websim.worker_exchange');
    return {
      convertPolicies: (policy, format) => toBytes(module.convert_policies(policy, format)),
      openPolicy: (file, name, task, options, normalizer) =>
        toBytes(module.open_policy(file, name, task, options, normalizer)),
      describePolicy: (policy) => module.describe_policy(policy),
      predict: (policy, observations) => toBytes(module.predict(policy, observations)),
      metricsFile: (history, format) => module.metrics_file(history, format),
      playableTask: (env, options) => module.playable_task(env, options),
    };
  }

  /** `websim.worker_scene`. */
  importScenes(): SceneModule {
    const module = this.pyodide.pyimport('websim.worker_scene');
    return {
      ofTask: (env) => module.of_task(env),
      ofText: ({ xml, files }) => module.of_text(xml, files),
      ofFile: (file) => module.of_file(file),
      packed: ({ xml, files }) => module.packed(xml, files),
      size: (env, options) => module.size(env, options),
    };
  }

  /** `websim.worker_reward`. */
  importReward(): RewardModule {
    const module = this.pyodide.pyimport('websim.worker_reward');
    return {
      sheet: (env, options) => module.sheet(env, options),
      trial: (env, options, text, policy) => module.trial(env, options, text, policy),
    };
  }

  /** `websim.worker_lab`, and the packages that cells import. */
  importLab(): LabModule {
    const { pyodide, lock } = this;
    const module = pyodide.pyimport('websim.worker_lab');
    return {
      run: (source, number, emit) =>
        module.run(source, number, (event: string) => emit(JSON.parse(event))),
      cancel: () => module.cancel(),
      imports: (source) => JSON.parse(module.imports(source)),
      robots: (source) =>
        (JSON.parse(module.robots(source)) as string[]).filter((name) => !this.hasPackage(name)),
      addRobot: (name, bytes) => this.addPackage(name, bytes),
      missing: (modules) =>
        packagesWith(lock.packages, modules)
          .filter((name) => !(name in pyodide.loadedPackages))
          .map((name) => lock.packages[name]!.asset),
      async install(files) {
        const entries = Object.entries(lock.packages).filter(([, { asset }]) => asset in files);
        const local = new Map(entries.map(([, entry]) => [entry.file_name, files[entry.asset]]));
        const names = entries.map(([name]) => name);
        await withLocalFiles(
          (url) => local.get(url),
          () => pyodide.loadPackage(names, { messageCallback: () => {} }),
        );
      },
      async installWheel(name, bytes) {
        pyodide.FS.mkdirTree(WHEELS);
        pyodide.FS.writeFile(`${WHEELS}/${name}`, new Uint8Array(bytes));
        return module.install_wheel(`${WHEELS}/${name}`);
      },
    };
  }
}

/** A copy of Python's bytes, which are freed. */
function toBytes(bytes: ReturnType<PyodideAPI['pyimport']>): Uint8Array {
  try {
    return bytes.toJs() as Uint8Array;
  } finally {
    bytes.destroy();
  }
}

function wrapSession(session: ReturnType<PyodideAPI['pyimport']>): TrainingSession {
  return {
    meet: () => session.meet(),
    hold: () => session.hold(),
    requestSave: () => session.request_save(),
    stop: () => session.stop(),
    takeShare() {
      const { description, data, segments } = session.take_share() ?? {};
      return description ? { ...JSON.parse(description), data, segments } : null;
    },
    iterate: () => session.iterate() ?? null,
    change: (changes) => session.change(changes),
    news: () => session.news() ?? null,
    policy: (which) => toBytes(session.policy(which)),
    show: (which, file) => session.show(which, file),
    showOn: () => session.show_on(),
    end: () => session.end(),
    close() {
      session.close();
      session.destroy();
    },
  };
}

interface Lock {
  packages: Record<string, LockEntry>;
}

/** The lock file, in which packages that are not downloaded yet have their full address. */
function readLock(assets: LoadedAssets): Lock {
  const text = new TextDecoder().decode(assets['pyodide-lock.json'] as ArrayBuffer);
  const lock = JSON.parse(text) as Lock;
  for (const entry of Object.values(lock.packages)) {
    entry.asset = entry.file_name;
    const asset = assets[entry.asset];
    if (typeof asset === 'string') entry.file_name = asset;
  }
  return lock;
}

function ofVirtualUrl(assets: LoadedAssets, url: string): LocalFile {
  return url.startsWith(VIRTUAL_URL) ? (assets[url.slice(VIRTUAL_URL.length)] ?? null) : undefined;
}

/** What a download is answered with; null: it is not there; undefined: it goes to the network. */
type LocalFile = LoadedAssets[string] | null | undefined;

/**
 * Runs `load` with Pyodide's downloads answered from what is there already: it has no option for a compiled module, and
 * would download and compile 10 MB in every rank. Both functions are put back afterwards.
 */
async function withLocalFiles<T>(
  find: (url: string) => LocalFile,
  load: () => Promise<T>,
): Promise<T> {
  const { fetch } = globalThis;
  const { instantiateStreaming } = WebAssembly;
  const modules = new WeakMap<Response, WebAssembly.Module>();
  globalThis.fetch = async (input, init) => {
    const asset = find(input instanceof Request ? input.url : String(input));
    if (asset === undefined) return fetch(input, init);
    const response = new Response(asset instanceof ArrayBuffer ? asset : null, {
      status: asset === null ? 404 : 200,
    });
    if (asset instanceof WebAssembly.Module) modules.set(response, asset);
    return response;
  };
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const module = modules.get(await source);
    if (!module) return instantiateStreaming(source, imports);
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
  try {
    return await load();
  } finally {
    globalThis.fetch = fetch;
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
}
