import fc from 'fast-check';
import type { ProtocolError } from './errors.ts';
import { tag, type Value } from './event.ts';
import { HPath } from './hpath.ts';
import { readContainer, readEvent } from './reader.ts';
import { selectValue } from './select-value.ts';
import { TagSelector } from './tag-selector.ts';
import { caught } from './testing/caught.ts';
import { anyEvent, anyMutations, mutate } from './testing/event-arbitraries.ts';
import { TypeCode } from './type-code.ts';
import { encodeEvent } from './writer.ts';

const segment = fc.constantFrom('a', 'b', 'c', '', 'ключ', 'absent');
const anyPaths = fc.array(
  fc.array(segment, { maxLength: 3 }).map((segments) => HPath.parse(segments.join('/'))),
  { maxLength: 5 },
);

/** Puts the selected bytes into a container of one tag and decodes it. */
function selectedValue(selector: TagSelector, slot: number, buf: Buffer): Value | undefined {
  const type = selector.types[slot]!;
  if (type === 0) return undefined;
  const bytes = buf.subarray(selector.starts[slot], selector.ends[slot]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  const parts = [Buffer.from([0, 1, 0, type]), ...(type === TypeCode.STRING ? [length] : []), bytes];
  const { container, end } = readContainer(Buffer.concat(parts));
  expect(end).toBe(Buffer.concat(parts).length);
  return container.get('');
}

/** Every tag of the payload twice: first in the order given with another value, then as it is. */
function withDuplicates(event: Buffer, tags: Buffer): Buffer {
  const count = event.readUInt16BE(25);
  const doubled = Buffer.concat([event.subarray(0, 27), tags.subarray(27), event.subarray(27)]);
  doubled.writeUInt16BE(count + tags.readUInt16BE(25), 25);
  return doubled;
}

function expectSameAsReader(bytes: Buffer, paths: readonly HPath[]): void {
  const selector = new TagSelector(paths);
  const embedded = Buffer.concat([Buffer.alloc(5, 0xff), bytes, Buffer.alloc(5, 0xff)]);
  selector.select(embedded, 5, 5 + bytes.length);
  const { event } = readEvent(bytes);
  for (const [slot, path] of paths.entries()) {
    expect(selectedValue(selector, slot, embedded)).toEqual(selectValue(event.payload, path));
  }
}

describe('TagSelector', () => {
  it('finds what the reader finds', () => {
    fc.assert(
      fc.property(anyEvent, anyPaths, (event, paths) => expectSameAsReader(encodeEvent(event), paths)),
      { numRuns: 500 },
    );
  });

  it('takes the last of repeated keys, and forgets what it found inside an earlier one', () => {
    fc.assert(
      fc.property(anyEvent, anyEvent, anyPaths, (first, last, paths) => {
        expectSameAsReader(withDuplicates(encodeEvent(last), encodeEvent(first)), paths);
      }),
      { numRuns: 500 },
    );
  });

  it('serves one event after another', () => {
    const selector = new TagSelector([HPath.parse('a/b')]);
    const event = { version: 1, timestamp: 1n, uuid: '11203800-63fd-11e8-83e2-3a587d902000' };
    const full = encodeEvent({ ...event, payload: new Map([['a', tag.container({ b: tag.string('привет') })]]) });
    const empty = encodeEvent({ ...event, payload: new Map() });
    selector.select(full, 0, full.length);
    expect(full.toString('utf8', selector.starts[0], selector.ends[0])).toBe('привет');
    selector.select(empty, 0, empty.length);
    expect(selector.types[0]).toBe(0);
  });

  it('throws ProtocolError exactly when the reader does', () => {
    fc.assert(
      fc.property(anyEvent, anyMutations, anyPaths, (event, mutations, paths) => {
        const bytes = mutate(encodeEvent(event), mutations);
        const selector = new TagSelector([...paths, HPath.parse('absent')]);
        const select = (): void => selector.select(bytes, 0, bytes.length);
        let fault: unknown;
        try {
          readEvent(bytes);
        } catch (error) {
          fault = error;
        }
        if (fault === undefined) select();
        // The number of nulls is bounded for those who build them.
        else if ((fault as ProtocolError).kind !== 'length-limit')
          expect(caught(select)).toMatchObject({ kind: (fault as ProtocolError).kind });
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a range that holds no event', () => {
    const selector = new TagSelector([HPath.parse('a')]);
    expect(caught(() => selector.select(Buffer.alloc(30), 10, 30))).toMatchObject({ code: 'INVALID_EVENT', kind: 'truncated' });
    expect(caught(() => selector.select(Buffer.alloc(30), -5, 30))).toMatchObject({ kind: 'bad-value' });
    expect(caught(() => selector.select(Buffer.alloc(26), 0, 1000))).toMatchObject({ kind: 'truncated' });
  });
});
