import { HerculesError } from '@hercules/protocol';
import type { GraphiteConfig } from './config.ts';

/** Which names are taken (apis §9): the first rule whose expression is that of the whole name decides, or else the default. */
export class NameAcl {
  readonly #rules: readonly { readonly permits: boolean; readonly expression: RegExp }[];
  readonly #permitsOthers: boolean;

  /** @throws HerculesError BAD_CONFIG for what is no regular expression */
  constructor({ acl, aclDefault }: Pick<GraphiteConfig, 'acl' | 'aclDefault'>) {
    this.#permitsOthers = aclDefault === 'PERMIT';
    this.#rules = acl.map((line, i) => {
      const space = line.indexOf(' ');
      try {
        return { permits: line.slice(0, space) === 'PERMIT', expression: new RegExp(`^(?:${line.slice(space + 1)})$`) };
      } catch (cause) {
        throw new HerculesError('BAD_CONFIG', `graphite.acl[${i}]: ${(cause as Error).message}`, { cause });
      }
    });
  }

  permits(name: string): boolean {
    for (const { permits, expression } of this.#rules) if (expression.test(name)) return permits;
    return this.#permitsOthers;
  }
}
