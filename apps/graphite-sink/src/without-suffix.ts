import { HerculesError } from '@hercules/protocol';

/** For replays: Graphite has one place for each metric, so there is none to write to beside it. @throws HerculesError INVALID_ARGUMENT for a suffix */
export function withoutSuffix<A>(createAdapter: () => A): (suffix: string | undefined) => A {
  return (suffix) => {
    if (suffix === undefined) return createAdapter();
    throw new HerculesError('INVALID_ARGUMENT', `Graphite has no indexes or tables: expected a target without a suffix, got "${suffix}"`);
  };
}
