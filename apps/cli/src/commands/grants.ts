import type { ListedRule } from '../api/management-client.ts';
import { rightsText } from './rights.ts';

/** All rights of a key on the names that a pattern covers. */
export interface Grant {
  readonly key: string;
  readonly pattern: string;
  /** Such as `rw-` */
  readonly rights: string;
}

/** Rules, one right each, as one grant for each key and pattern, in the order of the rules. */
export function grantsOf(rules: readonly ListedRule[]): Grant[] {
  const found = new Map<string, { key: string; pattern: string; rights: string[] }>();
  for (const { key, pattern, right } of rules) {
    const id = `${key} ${pattern}`;
    const grant = found.get(id) ?? { key, pattern, rights: [] };
    grant.rights.push(right);
    found.set(id, grant);
  }
  return [...found.values()].map(({ key, pattern, rights }) => ({ key, pattern, rights: rightsText(rights) }));
}
