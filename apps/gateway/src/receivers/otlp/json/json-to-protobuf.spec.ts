import { encodeRequest } from '../otlp-proto.fixture.ts';
import { JsonToProtobuf } from './json-to-protobuf.ts';
import { REQUEST_SCHEMAS } from './message-schemas.ts';

const json = new JsonToProtobuf();
const logs = (record: string): Buffer => Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${record}]}]}]}`);
const convert = (body: Buffer): string => json.convert(body, REQUEST_SCHEMAS.logs).toString('hex');
const protobuf = (record: object): string =>
  encodeRequest('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }).toString('hex');

describe('JsonToProtobuf', () => {
  it('makes the bytes of protobuf’s own writers, whatever the order of the members', () => {
    const record = `{"attributes":[{"value":{"boolValue":false},"key":"k"}],"severityText":"é\\n","timeUnixNano":"5","spanId":"00F067AA0BA902B7","unknown":[{}],"body":null}`;
    const attributes = [{ key: 'k', value: { boolValue: false } }];
    expect(convert(logs(record))).toBe(
      protobuf({ timeUnixNano: '5', severityText: 'é\n', attributes, spanId: Buffer.from('00f067aa0ba902b7', 'hex') }),
    );
  });

  it('keeps all digits of numbers, as text or not', () => {
    const expected = protobuf({ timeUnixNano: '1764000000123456789' });
    for (const time of ['"1764000000123456789"', '1764000000123456789']) expect(convert(logs(`{"timeUnixNano":${time}}`))).toBe(expected);
    expect(convert(logs('{"timeUnixNano":1e3}'))).toBe(protobuf({ timeUnixNano: '1000' }));
  });

  it('takes the last of a repeated member, and none for null', () => {
    expect(convert(logs('{"severityText":"a","severityText":"b","eventName":"x","eventName":null}'))).toBe(protobuf({ severityText: 'b' }));
  });

  it.each([
    ['[]', 'expected an object at $'],
    ['{"resourceLogs":{}}', 'expected an array at $.resourceLogs'],
    ['{"resourceLogs":[null]}', 'expected an object at $.resourceLogs[0]'],
    [logs('{},{"timeUnixNano":1.5}').toString(), 'expected a whole number at $.resourceLogs[0].scopeLogs[0].logRecords[1].timeUnixNano'],
    [logs('{"timeUnixNano":-1}').toString(), 'expected a whole number from 0 to 18446744073709551615 at'],
    [logs(`{"timeUnixNano":${'9'.repeat(50)}}`).toString(), 'expected a whole number from 0 to'],
    [logs('{"traceId":"xyz"}').toString(), 'expected hexadecimal digits at'],
    [logs('{"body":{"doubleValue":"x"}}').toString(), 'expected a number at $.resourceLogs[0].scopeLogs[0].logRecords[0].body.doubleValue'],
    ['{"resourceLogs":[}', 'The body is not JSON: expected a value at byte 17'],
  ])('refuses %s', (body, message) => {
    expect(() => json.convert(Buffer.from(body), REQUEST_SCHEMAS.logs)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  it('refuses what is nested too deep', () => {
    const deep = `${'{"arrayValue":{"values":['.repeat(60)}{}${']}}'.repeat(60)}`;
    expect(() => json.convert(logs(`{"body":${deep}}`), REQUEST_SCHEMAS.logs)).toThrow(/at most 100 objects inside one another/);
  });

  it('refuses more values than there is memory for, and goes on', () => {
    expect(() => json.convert(Buffer.from(`[${'1,'.repeat(5_000_000)}1]`), REQUEST_SCHEMAS.logs)).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }),
    );
    expect(convert(logs('{}'))).toBe(protobuf({}));
  });
});
