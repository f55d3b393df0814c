import { appComponents } from './app-components.ts';
import type { Component } from './component.ts';
import { COMPONENT_NAMES, type ComponentName } from './component-name.ts';
import { demoComponents } from './demo-components.ts';
import { serverComponents } from './server-components.ts';
import type { StackKeys } from './stack-keys.ts';
import type { StackLayout } from './stack-layout.ts';
import type { StackPorts } from './stack-ports.ts';

/** Those that are selected of everything that `npm start` can run, wired together: who listens where, and who finds whom. */
export function stackComponents(layout: StackLayout, ports: StackPorts, keys: StackKeys, selected: readonly ComponentName[]): Component[] {
  const all = [...serverComponents(layout, ports), ...appComponents(layout, ports, keys), ...demoComponents(layout, ports, keys)];
  const order = (component: Component): number => COMPONENT_NAMES.indexOf(component.name);
  return all.filter(({ name }) => selected.includes(name)).sort((a, b) => order(a) - order(b));
}
