// Packages of Python that the site has, as Pyodide's lock file lists them.

export interface LockEntry {
  /** Where Pyodide finds it: the file's name or, while it is not downloaded yet, its address. */
  file_name: string;
  /** Its name in the manifest of assets. */
  asset: string;
  depends: string[];
  /** Modules that it has. */
  imports: string[];
}

/** Names of the packages that have one of `modules`, or are named so, and of all that these need. */
export function packagesWith(
  packages: Record<string, LockEntry>,
  modules: readonly string[],
): string[] {
  const wanted = Object.entries(packages)
    .filter(([name, { imports }]) => [name, ...imports].some((one) => modules.includes(one)))
    .map(([name]) => name);
  const found = new Set<string>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    wanted.push(...(packages[name]?.depends ?? []));
  }
  return [...found];
}
