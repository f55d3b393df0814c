import { EventBatches } from '@hercules/gateway/receivers/lines/event-batches.ts';
import { graphiteConfigSchema } from '@hercules/gateway/receivers/graphite/config.ts';
import { LineConverter } from '@hercules/gateway/receivers/graphite/line-converter.ts';
import { PickleConverter } from '@hercules/gateway/receivers/graphite/pickle-converter.ts';
import { PickleFraming } from '@hercules/gateway/receivers/graphite/pickle-framing.ts';
import { PointWriter } from '@hercules/gateway/receivers/graphite/point-writer.ts';
import type { Framing } from '@hercules/gateway/receivers/lines/framing.ts';
import { LineCounters } from '@hercules/gateway/receivers/lines/line-counters.ts';
import { LineFraming } from '@hercules/gateway/receivers/lines/line-framing.ts';
import { type MessageConverter, MessageReader } from '@hercules/gateway/receivers/lines/message-reader.ts';
import { syslogConfigSchema } from '@hercules/gateway/receivers/syslog/config.ts';
import { SyslogConverter } from '@hercules/gateway/receivers/syslog/syslog-converter.ts';
import { SyslogFraming } from '@hercules/gateway/receivers/syslog/syslog-framing.ts';
import { checkBatch, checkDocuments } from '../check-batch.ts';
import { type FuzzTarget, Mistaken } from '../fuzz-target.ts';
import { readSeeds } from '../read-seeds.ts';

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** Bytes come in pieces. */
const PIECE_BYTES = 37;
const texts = (...all: string[]): Buffer[] => all.map((text) => Buffer.from(text, 'latin1'));

/** Lines as they come over a connection. */
export function graphiteLines(): FuzzTarget {
  const points = new PointWriter(graphiteConfigSchema.parse({ acl: ['DENY test\\..*'] }));
  return {
    ...target(new LineConverter(points), () => new LineFraming(1024)),
    seeds: [
      ...readSeeds('graphite-lines'),
      ...texts('a.b.c 1.5 1764000000\na.b;host=h;dc=x -2e3 1764000000.5\r\ntest.a 1 -1\n', 'a;b 1 N\na nan 1\n'),
    ],
    hostile: texts('x'.repeat(200_000), '\n'.repeat(200_000), `a;${'k=v;'.repeat(250)}k=v 1 1\n`),
    tokens: texts(';', '=', ' ', '\n', '\r', '.', '-1', 'N', 'nan', 'inf', '1e999', '\0', '\xff'),
  };
}

/** Pickled lists after their lengths. */
export function graphitePickle(): FuzzTarget {
  const points = new PointWriter(graphiteConfigSchema.parse({}));
  const converter = new PickleConverter(
    points,
    () => undefined,
    () => undefined,
  );
  const framed = (body: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, body]);
  };
  const opcodes = '.()]}lta0ehpgqrj\x94NIKJMLGFSVUTXBC\x80\x85\x86\x87\x88\x89\x8a\x8c\x95cRio\x81'.split('');
  return {
    ...target(converter, () => new PickleFraming(1_048_576)),
    seeds: readSeeds('graphite-pickle'),
    hostile: [
      framed(Buffer.from(`${'('.repeat(200_000)}.`)),
      framed(Buffer.from(`]${'0]'.repeat(100_000)}.`)),
      framed(Buffer.from(`]q\0${'h\0a'.repeat(80_000)}.`)),
    ],
    tokens: texts(...opcodes),
  };
}

/** Messages of syslog as they come over a connection. */
export function syslog(): FuzzTarget {
  const config = syslogConfigSchema.parse({});
  return {
    ...target(new SyslogConverter(config), () => new SyslogFraming(config.maxMessageBytes)),
    seeds: [
      ...readSeeds('syslog'),
      ...texts(
        '<34>1 2026-10-11T22:14:15.003Z host app 7 ID47 [a@1 x="1" y="\\"\\]"][b@2] text\n<13>Oct 11 22:14:15 host app[7]: text\n',
        '37 <34>1 2026-10-11T22:14:15Z - - - - - x<14>2026-10-11T22:14:15+02:00 h a: b\0',
      ),
    ],
    hostile: texts(
      `<1>1 - - - - - ${'[a x="'.repeat(10_000)}\n`,
      `<1>1 - - - - - [a${' x="\\\\"'.repeat(8_000)}\n`,
      `<1>1 - - - - - ${'[a@1 b="c"]'.repeat(5_000)}\n`,
      `<1>${'Jan  1 '.repeat(9_000)}\n`,
      '9999999 x',
      '1 '.repeat(50_000),
    ),
    tokens: texts(
      '<',
      '>',
      '[',
      ']',
      '"',
      '\\',
      '=',
      ' ',
      ':',
      '\n',
      '\0',
      '1 ',
      '-',
      '<191>',
      '<192>',
      'Feb 30 25:61:61',
      '\xef\xbb\xbf',
      '\xff',
    ),
  };
}

function target(converter: MessageConverter, createFraming: () => Framing): Pick<FuzzTarget, 'run'> {
  const batches = new EventBatches(500_000);
  return {
    run: (input) => {
      const counters = new LineCounters('fuzz');
      const framing = createFraming();
      const events = new MessageReader(converter, batches, counters, SILENT).eventsOf('127.0.0.1');
      try {
        for (let at = 0; at < input.length; at += PIECE_BYTES) framing.feed(Buffer.from(input.subarray(at, at + PIECE_BYTES)), events);
        framing.end(events);
      } finally {
        for (const { batch, events: count } of batches.take()) {
          if (checkBatch(batch).length !== count) throw new Mistaken(`a batch has not the ${count} events that it says`);
          checkDocuments(batch);
        }
      }
      if (counters.refused.has('INTERNAL')) throw new Error('a message was refused for an unexpected reason');
    },
  };
}
