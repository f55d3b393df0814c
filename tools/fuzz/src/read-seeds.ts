import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@hercules/stack';

/** The captured bodies whose names begin with this, from the folder seeds; see capture-seeds.ts. @throws Error when there are none */
export function readSeeds(prefix: string): Buffer[] {
  const folder = join(projectRoot(), 'tools/fuzz/seeds');
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  if (names.length === 0) throw new Error(`There are no seeds ${prefix}* in ${folder}`);
  return names.sort().map((name) => readFileSync(join(folder, name)));
}
