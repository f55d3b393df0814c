import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the clone: the nearest one at or above `from` that holds nx.json. */
export function projectRoot(from: string = process.cwd()): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'nx.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`${from} is not inside the project`);
  }
}
