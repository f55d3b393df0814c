import { readEvent } from '@hercules/protocol';
import { eventOfJson } from './json-event.ts';

const defaults = { timestamp: 5n, uuid: '01234567-89ab-cdef-0123-456789abcdef' };
const read = (line: string) => readEvent(eventOfJson(line, defaults)).event;

it('makes each JSON type its tag', () => {
  const { payload } = read(
    '{"t":"x","i":-5,"l":9223372036854775807,"m":3000000000,"d":1.5,"f":true,"n":null,"c":{"a":1},"v":[1,2],"w":[1,3000000000],"x":[1,2.5],"e":[],"o":[{"a":1},{"b":2}]}',
  );
  const types = [...payload].map(([name, { type }]) => `${name}:${type}`);
  expect(types).toEqual(
    'tilmdfncvwxeo'
      .split('')
      .map(
        (name, i) =>
          `${name}:${['string', 'integer', 'long', 'long', 'double', 'flag', 'null', 'container', ...Array<string>(5).fill('vector')][i]}`,
      ),
  );
  expect(payload.get('l')!.value).toBe(9223372036854775807n);
  expect(['v', 'w', 'x', 'e', 'o'].map((name) => (payload.get(name)!.value as { elementType: string }).elementType)).toEqual([
    'integer',
    'long',
    'double',
    'string',
    'container',
  ]);
});

it('takes time and uuid from the line, else the given ones', () => {
  expect(read('{"a":1}')).toMatchObject({ timestamp: 5n, uuid: defaults.uuid });
  const uuid = 'ffffffff-0000-1000-8000-000000000001';
  const event = read(`{"@timestamp":"1970-01-01T00:00:01.000000100Z","@uuid":"${uuid}","a":1}`);
  expect(event).toMatchObject({ timestamp: 10_000_001n, uuid });
  expect([...event.payload.keys()]).toEqual(['a']);
  expect(read('{"@timestamp":1000}').timestamp).toBe(10_000_000n);
  expect(read('{"@timestamp":"1970-01-01T01:00:00+01:00"}').timestamp).toBe(0n);
});

it.each([
  ['[1]', 'object'],
  ['{', 'JSON'],
  ['{"v":[1,"a"]}', 'one type'],
  ['{"@timestamp":"yesterday"}', '@timestamp'],
  ['{"@uuid":"x"}', '@uuid'],
])('refuses %s', (line, part) => expect(() => read(line)).toThrow(part));
