/** What a key may do with the streams and timelines that a rule's pattern names. */
export type Right = 'read' | 'write' | 'manage';

export const RIGHTS: readonly Right[] = ['read', 'write', 'manage'];

/** Pattern of names in a rule: `*` is any run of a–z, 0–9, _ (also none), `?` exactly one (apis §2). */
export const RULE_PATTERN = /^[a-z0-9_*?]+$/;

/** One right of one key on the names that a pattern covers; the key by its digest only. */
export interface Rule {
  digest: string;
  prefix: string;
  pattern: string;
  right: Right;
}
