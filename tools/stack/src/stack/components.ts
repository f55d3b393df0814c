import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appComponents } from './app-components.ts';
import type { Component } from './component.ts';
import { COMPONENT_NAMES, type ComponentName, shownName } from './component-name.ts';
import { demoComponents } from './demo-components.ts';
import { serverComponents } from './server-components.ts';
import type { StackKeys } from './stack-keys.ts';
import type { StackLayout } from './stack-layout.ts';
import type { StackPorts } from './stack-ports.ts';

/** Those that are selected of everything that `npm start` can run, wired together: who listens where, and who finds whom. */
export function stackComponents(layout: StackLayout, ports: StackPorts, keys: StackKeys, selected: readonly ComponentName[]): Component[] {
  const all = [...serverComponents(layout, ports), ...appComponents(layout, ports, keys), ...demoComponents(layout, ports, keys)];
  const order = (component: Component): number => COMPONENT_NAMES.indexOf(component.name);
  // An app whose source is not in this clone cannot run.
  const isThere = ({ name }: Component): boolean =>
    !/^(graphiteSink|cassandraSink|queryApi)$/.test(name) || existsSync(join(layout.root, 'apps', shownName(name), 'src/main.ts'));
  return all.filter((component) => selected.includes(component.name) && isThere(component)).sort((a, b) => order(a) - order(b));
}
