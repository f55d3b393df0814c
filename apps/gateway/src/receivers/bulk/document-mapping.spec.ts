import { EventWriter, HPath, readBatch } from '@hercules/protocol';
import { DOCUMENT_MAPPING, DocumentMapping, type FixedTag } from './document-mapping.ts';
import { JsonTape } from '../door/json-tape.ts';

/** The payload of the event: values as `type value`, containers as objects. */
function map(document: string, mapping: string, fixed: FixedTag[] = []): unknown {
  const body = Buffer.from(document);
  const tape = new JsonTape(60, 'The document', 'INVALID_EVENT');
  tape.read(body, 0, body.length);
  const writer = new EventWriter();
  writer.beginEvent(1n, '00000000-0000-0000-0000-000000000001');
  new DocumentMapping(mapping, 'test').write(writer, tape, fixed);
  writer.endEvent();
  return shown(readBatch(writer.batch())[0]!.payload);
}

function shown(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...(value as Map<string, unknown>)].map(([key, inner]) => [key, shown(inner)]));
  if (typeof value !== 'object' || value === null || !('type' in value)) return value;
  const { type, value: inner } = value as { type: string; value: unknown };
  if (type === 'container') return shown(inner);
  if (type !== 'vector') return `${type} ${String(inner)}`;
  const { elementType, elements } = inner as { elementType: string; elements: unknown[] };
  return { [elementType]: elements.map(shown) };
}

describe('a document', () => {
  it('keeps the fields of log events at the top, everything else is a property', () => {
    const document = '{"@timestamp":"t","message":"m","level":"INFO","log":{"level":"x"},"stackTrace":"s","n":null}';
    expect(map(document, DOCUMENT_MAPPING)).toEqual({
      properties: { '@timestamp': 'string t', log: { level: 'string x' } },
      message: 'string m',
      level: 'string INFO',
      stackTrace: 'string s',
    });
  });

  it('has the narrowest types that hold its values', () => {
    const document = `{"i":-2147483648,"l":2147483648,"max":9223372036854775807,"big":9223372036854775808,"d":1.0,"f":true,"o":{"a":{}},
      "li":[1,2],"ll":[1,3000000000],"ld":[1,1.5,null],"ls":["a","\\u00e4\\n"],"le":[],"lo":[{"x":1},{}],"lm":[1,"a"],"lv":[[1],[2]]}`;
    expect(map(document, '')).toEqual({
      i: 'integer -2147483648',
      l: 'long 2147483648',
      max: 'long 9223372036854775807',
      big: 'string 9223372036854775808',
      d: 'double 1',
      f: 'flag true',
      o: { a: {} },
      li: { integer: [1, 2] },
      ll: { long: [1n, 3_000_000_000n] },
      ld: { double: [1, 1.5] },
      ls: { string: ['a', 'ä\n'] },
      le: { string: [] },
      lo: { container: [{ x: 'integer 1' }, {}] },
      lm: 'string [1,"a"]',
      lv: {
        vector: [
          { elementType: 'integer', elements: [1] },
          { elementType: 'integer', elements: [2] },
        ],
      },
    });
  });

  it('is moved about by rules; what no rule names stays', () => {
    const document = '{"log":{"level":"warn","logger":"l"},"host":{"name":"h","os":{"v":1}},"rest":1}';
    const mapping = 'transform log/level to level\nmove host/* to properties/host/* except os\ntransform none to x\nmove rest/* to y/*\n';
    expect(map(document, mapping)).toEqual({
      level: 'string warn',
      log: { logger: 'string l' },
      properties: { host: { name: 'string h' } },
      host: { os: { v: 'integer 1' } },
      rest: 'integer 1',
    });
  });

  it('gets the fixed texts', () => {
    const fixed = [
      { path: HPath.parse('properties/team'), text: 'shop' },
      { path: HPath.parse('index'), text: 'logs-1' },
    ];
    expect(map('{"a":1,"index":5}', DOCUMENT_MAPPING, fixed)).toEqual({
      properties: { a: 'integer 1', index: 'integer 5', team: 'string shop' },
      index: 'string logs-1',
    });
  });

  it.each(['combine a,b to c using LatencyMsCombiner', 'transform a to b using ScalarToStringTransformer', 'copy a to b'])(
    'knows no "%s"',
    (rule) => {
      expect(() => new DocumentMapping(rule, 'rules')).toThrow(
        expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringContaining('rules') }),
      );
    },
  );
});
