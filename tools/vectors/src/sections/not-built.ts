import type { Section } from '../section.ts';

/** A section whose subject is no part of the system yet: skipped by its name. */
export function notBuilt(key: string, subject: string): Section {
  return {
    key,
    run: (_section, _events, report) => report.skip(key, `${subject} is not built yet`),
  };
}
