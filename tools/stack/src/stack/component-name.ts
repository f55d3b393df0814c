/** Everything the stack runs, in the order in which it starts. */
export const COMPONENT_NAMES = ['kafka', 'elasticsearch', 'managementApi', 'elasticSink', 'gateway', 'demo'] as const;

export type ComponentName = (typeof COMPONENT_NAMES)[number];

/** In which order `npm run stop` ends them: first what sends, last what stores. */
export const STOP_ORDER: readonly ComponentName[] = ['demo', 'gateway', 'elasticSink', 'managementApi', 'elasticsearch', 'kafka'];

/** The name in file names and in what is shown. */
export function shownName(name: ComponentName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
