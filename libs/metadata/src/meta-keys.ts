import { NAME_PATTERN } from './name.ts';
import { RULE_PATTERN, type Right } from './rule.ts';

const DIGEST = /^[0-9a-f]{64}$/;

/** What a record of the metadata topic is about, as its key says (model §7.1, with digests in place of keys). */
export type MetaKey =
  | { kind: 'stream' | 'timeline' | 'table'; name: string }
  | { kind: 'rule'; digest: string; pattern: string; right: Right }
  | { kind: 'blacklist'; digest: string }
  | { kind: 'validation'; digest: string; stream: string }
  | { kind: 'quota'; digest: string; pattern: string }
  | { kind: 'task'; id: string }
  | { kind: 'leader' };

export type MetaKind = MetaKey['kind'];

/** Key of the record in which the writing instance says that it is the writer now. */
export const LEADER_KEY = 'leader';

export const streamKey = (name: string): string => `stream/${name}`;
export const timelineKey = (name: string): string => `timeline/${name}`;
/** What the owner of the timelines' tables has done about one: the only key that others than the management API write. */
export const tableKey = (name: string): string => `table/${name}`;
export const ruleKey = (digest: string, pattern: string, right: Right): string => `rule/${digest}.${pattern}.${right}`;
export const blacklistKey = (digest: string): string => `blacklist/${digest}`;
export const validationKey = (digest: string, stream: string): string => `validation/${digest}.${stream}`;
export const quotaKey = (digest: string, pattern: string): string => `quota/${digest}.${pattern}`;
export const taskKey = (id: string): string => `task/${id}`;

/** Reads a key of the metadata topic; undefined for one that this version does not know. */
export function parseMetaKey(key: string): MetaKey | undefined {
  if (key === LEADER_KEY) return { kind: 'leader' };
  const slash = key.indexOf('/');
  const rest = key.slice(slash + 1);
  switch (key.slice(0, slash)) {
    case 'stream':
      return NAME_PATTERN.test(rest) ? { kind: 'stream', name: rest } : undefined;
    case 'timeline':
      return NAME_PATTERN.test(rest) ? { kind: 'timeline', name: rest } : undefined;
    case 'table':
      return NAME_PATTERN.test(rest) ? { kind: 'table', name: rest } : undefined;
    case 'rule':
      return parseRuleKey(rest);
    case 'blacklist':
      return DIGEST.test(rest) ? { kind: 'blacklist', digest: rest } : undefined;
    case 'validation': {
      const [digest, stream, ...more] = rest.split('.');
      if (more.length > 0 || stream === undefined || !DIGEST.test(digest!) || !NAME_PATTERN.test(stream)) return undefined;
      return { kind: 'validation', digest: digest!, stream };
    }
    case 'quota': {
      const [digest, pattern, ...more] = rest.split('.');
      if (more.length > 0 || pattern === undefined || !DIGEST.test(digest!) || !RULE_PATTERN.test(pattern)) return undefined;
      return { kind: 'quota', digest: digest!, pattern };
    }
    case 'task':
      return rest.length > 0 ? { kind: 'task', id: rest } : undefined;
    default:
      return undefined;
  }
}

function parseRuleKey(text: string): MetaKey | undefined {
  const [digest, pattern, right, ...more] = text.split('.');
  if (more.length > 0 || pattern === undefined || !DIGEST.test(digest!) || !RULE_PATTERN.test(pattern)) return undefined;
  if (right !== 'read' && right !== 'write' && right !== 'manage') return undefined;
  return { kind: 'rule', digest: digest!, pattern, right };
}
