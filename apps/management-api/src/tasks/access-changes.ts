import { blacklistKey, quotaKey, RIGHTS, ruleKey, validationKey } from '@hercules/metadata';
import type { ChangeContext } from './change-context.ts';
import type { ChangeOf } from './task.ts';

/** Sets or removes the rule of each right; all idempotent. */
export async function setRules(context: ChangeContext, { key, pattern, rights }: ChangeOf<'rules.set'>): Promise<void> {
  for (const right of RIGHTS) {
    const record = ruleKey(key.digest, pattern, right);
    if (rights[right]) await context.writer.put(record, { prefix: key.prefix });
    else await context.writer.remove(record);
  }
}

export async function addToBlacklist(context: ChangeContext, { key }: ChangeOf<'blacklist.add'>): Promise<void> {
  await context.writer.put(blacklistKey(key.digest), { prefix: key.prefix });
}

export async function removeFromBlacklist(context: ChangeContext, { key }: ChangeOf<'blacklist.remove'>): Promise<void> {
  await context.writer.remove(blacklistKey(key.digest));
}

/** Replaces the quota of one key on one pattern. */
export async function setQuota(context: ChangeContext, change: ChangeOf<'quotas.set'>): Promise<void> {
  const { key, pattern, eventsPerSecond, bytesPerSecond, burstSeconds } = change;
  await context.writer.put(quotaKey(key.digest, pattern), { prefix: key.prefix, eventsPerSecond, bytesPerSecond, burstSeconds });
}

export async function deleteQuota(context: ChangeContext, { key, pattern }: ChangeOf<'quotas.delete'>): Promise<void> {
  await context.writer.remove(quotaKey(key.digest, pattern));
}

/** Replaces the filters of one key on one stream; none: every event passes again. */
export async function setValidation(context: ChangeContext, { key, stream, filters }: ChangeOf<'validations.set'>): Promise<void> {
  const record = validationKey(key.digest, stream);
  if (filters.length === 0) await context.writer.remove(record);
  else await context.writer.put(record, { prefix: key.prefix, filters });
}
