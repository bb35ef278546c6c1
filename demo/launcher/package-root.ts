import { existsSync } from 'node:fs';

/** The folder of the package a module belongs to, whether it runs from source or compiled. */
export function packageRoot(moduleUrl: string): URL {
  let folder = new URL('./', moduleUrl);
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('../', folder);
    if (parent.href === folder.href) throw new Error('this program is not in its package any more');
    folder = parent;
  }
  return folder;
}
