import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFile } from './check-file.ts';
import { ShapeError } from './shape.ts';

const vectorsFile = join(__dirname, '..', '..', '..', 'libs', 'protocol', 'test-data', 'vectors.json');

interface File {
  [key: string]: unknown;
  vectors: { name: string; kind: string; hex: string; json?: { payload: { value: unknown }[] }; error?: string }[];
  hash: { cases: { hash: number }[] };
  kafkaDefaultPartitioner: { partition: number }[];
  lz4: { originalContentLength: number; rawHex?: string }[];
  eventIds: { base64: string }[];
  timetrap: { ttOffset: number }[];
  logicalSharding: { partitions: number[] }[];
}

describe('checkFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vectors-'));
  const path = join(folder, 'vectors.json');
  const fresh = (): File => JSON.parse(readFileSync(vectorsFile, 'utf8')) as File;
  afterAll(() => rmSync(folder, { recursive: true }));

  it('passes the file of the repository', () => {
    const report = checkFile(vectorsFile);
    expect(report.failures).toEqual([]);
    expect(report.passed).toBeGreaterThan(100);
  });

  it.each<[string, (file: File) => void, string]>([
    ['a decoded value', (file) => (file.vectors[0]!.json!.payload[0]!.value = 'other'), 'codec/readme-sample: the decoded value should be'],
    ['an encoding', (file) => (file.vectors[1]!.hex = file.vectors[1]!.hex.replace('0601', '0602')), 'codec/all-types: the encoded json'],
    [
      'the number of bytes',
      (file) => (file.vectors[0]!.hex += '00'),
      'codec/readme-sample: the length of the event should be 66, but is 65',
    ],
    [
      'an error',
      (file) => (file.vectors.find(({ error }) => error)!.error = 'bad-value'),
      'errors/bad-truncated-header: expected the reader',
    ],
    ['a hash', (file) => file.hash.cases[0]!.hash++, 'hash/byte of 3: the hash of the bytes should be'],
    [
      'a partition',
      (file) => file.kafkaDefaultPartitioner[0]!.partition++,
      'murmur2/11203800-63fd-11e8-83e2-3a587d902000 of 3: the partition',
    ],
    ['a length', (file) => (file.lz4[0]!.originalContentLength = 64), 'lz4/batch-two: expected an LZ4 block of at most 64'],
    ['an id', (file) => (file.eventIds[0]!.base64 = 'x'), 'eventIds/ffffffff-ffff-ffff-ffff-ffffffffffff: the base64'],
    ['a bucket', (file) => file.timetrap[0]!.ttOffset++, 'timetrap/15276799234567890 in 5000 ms: the offset'],
    ['a shard', (file) => file.logicalSharding[0]!.partitions.pop(), 'logicalSharding/1 of 2 over 4: the partitions'],
  ])('finds %s that is wrong', (_what, spoil, failure) => {
    const file = fresh();
    spoil(file);
    writeFileSync(path, JSON.stringify(file));
    const { failures } = checkFile(path);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain(failure);
  });

  it('skips what it does not know by name', () => {
    writeFileSync(path, JSON.stringify({ timetrap: [], newThing: [] }));
    expect(checkFile(path).skips).toEqual(['newThing: no check is known for this key']);
  });

  it.each([
    ['', 'is no JSON'],
    ['[]', 'the file: expected an object, found []'],
    ['{"other":1}', 'expected a file of test vectors'],
    ['{"vectors":{}}', 'vectors: expected a list, found {}'],
    ['{"vectors":[{"name":"x","kind":"evnt"}]}', 'vectors[0].kind: expected one of event, batch'],
    ['{"vectors":[{"name":"x","kind":"event","hex":"0"}]}', 'vectors[0].hex: expected bytes in hexadecimal'],
    ['{"vectors":[{"name":"x","kind":"event","hex":"00","json":{}}]}', 'vectors[0].json: expected json of the kind event'],
    ['{"hash":{"eventHex":"00"}}', 'hash.eventHex: expected the bytes of an event'],
    ['{"timetrap":[{"timestampTicks":1}]}', 'timetrap[0].timestampTicks: expected a whole number as a string, found 1'],
  ])('refuses %j in one line', (text, message) => {
    writeFileSync(path, text);
    const check = (): unknown => checkFile(path);
    expect(check).toThrow(ShapeError);
    expect(check).toThrow(message);
    expect(check).not.toThrow('\n');
  });

  it('refuses a file that is not there', () => {
    expect(() => checkFile(join(folder, 'absent.json'))).toThrow(/^cannot be read: /);
  });
});
