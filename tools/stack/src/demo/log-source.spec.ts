import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventWriter, type HerculesEvent, msToTicks, readBatch } from '@hercules/protocol';
import { log4jFormat } from './log4j-format.ts';
import { LogSource } from './log-source.ts';
import { RepeatLimit } from './repeat-limit.ts';

const TIME = '2026-11-25T03:17:40.052Z';
const line = (message: string): string => `[${TIME.replace('.', ',')}] WARN ${message} (a.B)\n`;

describe('LogSource', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-source-'));
    file = join(folder, 'a.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const collect = (source: LogSource, nowMs: number): HerculesEvent[] => {
    const writer = new EventWriter();
    source.collect(writer, nowMs);
    return readBatch(Buffer.from(writer.batch()));
  };
  const create = (position?: LogSource['position']): LogSource => new LogSource('kafka', file, log4jFormat, new RepeatLimit(), position);
  const message = ({ payload }: HerculesEvent): unknown => payload.get('message')?.value;

  it('makes log events whose times keep the order of the lines', () => {
    writeFileSync(file, line('one') + line('two') + line('three'));
    const source = create();
    collect(source, 0);
    const events = collect(source, 1000);
    expect(events.map(message)).toEqual(['one', 'two', 'three']);
    const first = msToTicks(Date.parse(TIME));
    expect(events.map(({ timestamp }) => timestamp)).toEqual([first, first + 1n, first + 2n]);
    const properties = events[0]!.payload.get('properties')!.value as ReadonlyMap<string, { value: unknown }>;
    expect(Object.fromEntries([...properties].map(([key, { value }]) => [key, value]))).toEqual({
      project: 'hercules',
      environment: 'local',
      application: 'kafka',
      logger: 'a.B',
    });
    source.close();
  });

  it('gives the same events until they are committed, also to another process', () => {
    writeFileSync(file, line('one') + line('two'));
    const source = create();
    collect(source, 0);
    const events = collect(source, 1000);
    expect(collect(source, 2000)).toEqual(events);
    const other = create();
    collect(other, 0);
    expect(collect(other, 1000)).toEqual(events);
    source.commit();
    expect(collect(source, 3000)).toEqual([]);
    appendFileSync(file, line('three'));
    source.close();
    other.close();

    const next = create(source.position);
    collect(next, 0);
    const [third] = collect(next, 1000);
    expect(message(third!)).toBe('three');
    expect(third!.timestamp).toBe(msToTicks(Date.parse(TIME)) + 2n);
    next.close();
  });
});
