import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../artifacts/cache-folder.ts';
import { isTraversableByEverybody, unprivilegedUser } from '../artifacts/unprivileged-user.ts';
import { type ComponentName, shownName } from './component-name.ts';

/** Where the stack of one clone keeps its things. */
export class StackLayout {
  /** The clone. */
  readonly root: string;
  /** All data and logs. */
  readonly dataDir: string;

  constructor(root: string, dataDir?: string) {
    this.root = root;
    this.dataDir = resolve(dataDir ?? join(root, '.stack', 'data'));
  }

  /** What other programs read to find the servers. */
  get endpointsFile(): string {
    return join(this.root, '.stack', 'endpoints.json');
  }

  /** Names the data folder of the stack that was started last from this clone. */
  get currentFile(): string {
    return join(this.root, '.stack', 'current.json');
  }

  get keysFile(): string {
    return join(this.dataDir, 'keys.json');
  }

  get portsFile(): string {
    return join(this.dataDir, 'run', 'ports.json');
  }

  /** Which components the stack is made of. */
  get selectionFile(): string {
    return join(this.dataDir, 'run', 'selection.json');
  }

  get startLock(): string {
    return join(this.dataDir, 'run', 'start.lock');
  }

  /** Who runs as what: pid and start time. */
  recordFile(name: ComponentName | 'supervisor'): string {
    return join(this.dataDir, 'run', `${name === 'supervisor' ? name : shownName(name)}.json`);
  }

  logFile(name: ComponentName | 'supervisor'): string {
    if (name === 'elasticsearch') return join(this.elasticsearchFolder, 'logs', 'elasticsearch.log');
    return join(this.dataDir, 'logs', `${name === 'supervisor' ? name : shownName(name)}.log`);
  }

  /** What the demo keeps: how far it has read each log, and what it is doing. */
  get demoFolder(): string {
    return join(this.dataDir, 'demo');
  }

  /** Usually in the data folder. When root runs the stack from a folder that is closed to others, where Elasticsearch's user can go. */
  get elasticsearchFolder(): string {
    const usual = join(this.dataDir, 'elasticsearch');
    if (unprivilegedUser() === undefined || isTraversableByEverybody(usual)) return usual;
    const name = createHash('sha256').update(this.dataDir).digest('hex').slice(0, 12);
    return join(cacheFolder(), 'data', `elasticsearch-${name}`);
  }
}
