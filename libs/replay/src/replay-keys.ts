const KEY = /^(job|progress)\/([0-9a-f-]{1,64})$/;

/** Keys of the topic of replays. */
export const jobKey = (id: string): string => `job/${id}`;
export const progressKey = (id: string): string => `progress/${id}`;

/** @returns undefined for a key that is none of ours */
export function parseReplayKey(key: string): { kind: 'job' | 'progress'; id: string } | undefined {
  const [, kind, id] = KEY.exec(key) ?? [];
  return kind === undefined ? undefined : { kind: kind as 'job' | 'progress', id: id! };
}
