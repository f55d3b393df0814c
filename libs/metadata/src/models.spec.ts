import type { z } from 'zod';
import { describeIssues } from './describe-issues.ts';
import { filterListSchema } from './filter.ts';
import { parseJson } from './json.ts';
import { streamSchema } from './stream.ts';
import { timelineSchema } from './timeline.ts';

const base = { type: 'base', name: 'logs_shop', partitions: 3, shardingKey: ['properties/project'], ttl: 86_400_000, description: 'Logs' };
const derived = { ...base, type: 'derived', streams: ['logs_shop'], filters: [{ path: 'level', condition: { type: 'exist' } }] };
const timeline = { name: 'tl', slices: 150, shardingKey: ['key'], ttl: 18_000_000, timetrapSize: 5000, streams: ['s'], filters: [] };

function problem(schema: z.ZodType, value: unknown): string {
  const result = schema.safeParse(value);
  return result.success ? '' : describeIssues(result.error, value);
}

describe('streamSchema', () => {
  it('takes a base and a derived stream', () => {
    expect(streamSchema.parse(base)).toEqual(base);
    expect(streamSchema.parse(derived)).toEqual(derived);
  });

  it('drops unknown properties', () => {
    expect(streamSchema.parse({ ...base, streams: ['x'], other: 1 })).toEqual(base);
  });

  it('reads null or absent lists as empty ones', () => {
    expect(streamSchema.parse({ ...base, shardingKey: null }).shardingKey).toEqual([]);
    const stream = streamSchema.parse({ ...derived, shardingKey: undefined, filters: null });
    expect(stream).toMatchObject({ shardingKey: [], filters: [] });
  });

  it.each([
    [{ partitions: 0 }, 'partitions: expected a whole number from 1 to 99, got 0'],
    [{ partitions: 100 }, 'partitions: expected a whole number from 1 to 99, got 100'],
    [{ partitions: '3' }, 'partitions: expected a whole number from 1 to 99, got "3"'],
    [{ ttl: 0 }, 'ttl: expected a whole number of milliseconds above 0, got 0'],
    [{ ttl: undefined }, 'ttl: expected a whole number of milliseconds above 0, got nothing'],
    [{ name: 'A' }, 'name: expected a name of 1 to 48 characters a–z, 0–9, _, got "A"'],
    [{ name: 'a'.repeat(49) }, 'name: expected a name of 1 to 48 characters'],
    [{ name: 'a\n' }, 'name: expected a name'],
    [{ name: 'hercules_meta' }, 'name: expected a name that does not begin with a reserved prefix'],
    [{ name: '__consumer_offsets' }, 'name: expected a name that does not begin with a reserved prefix'],
    [{ description: 'x'.repeat(1000) }, 'description: expected a text shorter than 1000 characters'],
    [{ shardingKey: [1] }, 'shardingKey[0]: expected a path of tag names joined by /, got 1'],
    [{ type: 'other' }, 'type: expected a stream with a \'type\' of base or derived, got "other"'],
  ])('refuses %j', (change, expected) => {
    expect(problem(streamSchema, { ...base, ...change })).toContain(expected);
  });

  it.each([
    [{ streams: [] }, 'streams: expected a non-empty list of names of streams, got []'],
    [{ streams: null }, 'streams: expected a non-empty list of names of streams, got null'],
    [{ streams: ['A'] }, 'streams[0]: expected a name'],
    [{ filters: [{ path: 'a', condition: { type: 'no' } }] }, 'filters[0].condition.type: expected a condition'],
    [{ filters: [{ path: 'a' }] }, 'filters[0].condition: expected a condition'],
  ])('refuses a derived stream with %j', (change, expected) => {
    expect(problem(streamSchema, { ...derived, ...change })).toContain(expected);
  });

  it.each([null, 5, 'x', []])('refuses %j', (value) => {
    expect(problem(streamSchema, value)).toContain('document: expected a stream');
  });
});

describe('timelineSchema', () => {
  it('takes a timeline', () => {
    expect(timelineSchema.parse(timeline)).toEqual(timeline);
    expect(timelineSchema.parse({ ...timeline, filters: null, shardingKey: null })).toMatchObject({ filters: [], shardingKey: [] });
  });

  it.each([
    [{ slices: 0 }, 'slices: expected a whole number, 1 or more, got 0'],
    [{ timetrapSize: 0 }, 'timetrapSize: expected a whole number of milliseconds, 1 or more, got 0'],
    [{ ttl: 999 }, 'ttl: expected a whole number of milliseconds, 1000 or more, got 999'],
    [{ streams: undefined }, 'streams: expected a non-empty list of names of streams, got nothing'],
    [{ name: 'drop table' }, 'name: expected a name'],
  ])('refuses %j', (change, expected) => {
    expect(problem(timelineSchema, { ...timeline, ...change })).toContain(expected);
  });
});

describe('filterListSchema', () => {
  it('keeps 64-bit integers exact', () => {
    const text = '[{"path":"a","condition":{"type":"numerical_equality","value":9223372036854775807}}]';
    expect(filterListSchema.parse(parseJson(text))[0]!.condition).toEqual({ type: 'numerical_equality', value: 9223372036854775807n });
  });

  it('refuses an integer beyond 64 bits', () => {
    const text = '[{"path":"a","condition":{"type":"numerical_equality","value":9223372036854775808}}]';
    expect(problem(filterListSchema, parseJson(text))).toBe('[0].condition.value: expected a 64-bit integer, got 9223372036854775808');
  });

  it('excludes the bounds of a range unless told otherwise', () => {
    const [filter] = filterListSchema.parse([{ path: 'a', condition: { type: 'range', left: 1, right: 2 } }]);
    expect(filter!.condition).toMatchObject({ inclusiveLeft: false, inclusiveRight: false });
  });
});
