const KEY = /^(?:(job|progress)\/([0-9a-f-]{1,64})|(executor)\/([a-z0-9_-]{1,48}))$/;

/** Keys of the topic of replays. */
export const jobKey = (id: string): string => `job/${id}`;
export const progressKey = (id: string): string => `progress/${id}`;
export const executorKey = (name: string): string => `executor/${name}`;

export interface ReplayKey {
  readonly kind: 'job' | 'progress' | 'executor';
  /** Of a replay; of an executor the name that targets call it. */
  readonly id: string;
}

/** @returns undefined for a key that is none of ours */
export function parseReplayKey(key: string): ReplayKey | undefined {
  const [, job, jobId, executor, name] = KEY.exec(key) ?? [];
  if (job !== undefined) return { kind: job as 'job' | 'progress', id: jobId! };
  return executor === undefined ? undefined : { kind: 'executor', id: name! };
}
