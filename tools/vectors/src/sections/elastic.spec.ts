import { encodeVector, vectorJson } from '@hercules/protocol/vectors';
import { Report } from '../report.ts';
import { Shape } from '../shape.ts';
import { VectorEvents } from '../vector-events.ts';
import { SECTIONS } from './index.ts';

const text = (key: string, value: string): object => ({ key, type: 'string', value });
const container = (key: string, ...value: object[]): object => ({ key, type: 'container', value });
const containers = (key: string, ...elements: object[][]): object => ({
  key,
  type: 'vector',
  value: { elementType: 'container', elements },
});

/** A log event with a structured exception and the well-known properties. */
const logEvent = {
  version: 1,
  timestamp: '15276799200000000',
  uuid: '11203800-63fd-11e8-83e2-3a587d902000',
  payload: [
    text('message', 'failed'),
    container(
      'exception',
      text('type', 'System.Exception'),
      text('message', 'boom'),
      containers('stackFrames', [
        text('type', 'App.Main'),
        text('function', 'Run'),
        text('file', 'Main.cs'),
        { key: 'line', type: 'integer', value: 42 },
      ]),
      containers('innerExceptions', [text('message', 'disk'), containers('stackFrames', [text('function', 'Read')])]),
    ),
    container('properties', text('project', 'shop'), text('environment', 'prod'), {
      key: 'big',
      type: 'long',
      value: '9223372036854775807',
    }),
  ],
};
const stackTrace = 'System.Exception: boom\n    at App.Main.Run(Main.cs:42)\n  Caused by: disk.Read()';
const document =
  '{"big":9223372036854775807,"@timestamp":"2018-05-30T11:32:00.000000000Z","message":"failed","project":"shop",' +
  `"environment":"prod","stackTrace":${JSON.stringify(stackTrace)}}`;
const tags = 'properties/project,properties/environment?,properties/subproject?';
const line = '{"index":{"_index":"shop-prod","_type":"_doc","_id":"ADZGKv2e+AARIDgAY/0R6IPiOlh9kCAA"}}';

function run(sections: Record<string, unknown>): Report {
  const hex = encodeVector('event', vectorJson('event', logEvent)).toString('hex');
  const file = new Shape({ vectors: [{ name: 'log-event', kind: 'event', hex, json: logEvent }], ...sections }, '');
  const report = new Report();
  for (const section of SECTIONS) if (file.has(section.key)) section.run(file.at(section.key), new VectorEvents(file), report);
  return report;
}

describe('the sections about documents', () => {
  it('pass when the file says what the code does', () => {
    const report = run({
      stackTrace: { event: 'log-event', text: stackTrace },
      elasticJson: [{ event: 'log-event', mapping: 'log-event.mapping', timestampEnabled: true, document }],
      elasticIndex: [
        { event: 'log-event', policy: 'ILM', tags, index: 'shop-prod' },
        { event: 'log-event', policy: 'DAILY', tags, index: 'shop-prod-2018.05.30' },
        { event: 'log-event', policy: 'DAILY', tags: 'properties/elk-index', index: null },
      ],
      elasticBulkActionLine: [{ event: 'log-event', index: 'shop-prod', line }],
    });
    expect(report).toMatchObject({ passed: 7, failures: [], skips: [] });
  });

  it('fail when it says something else', () => {
    const report = run({
      stackTrace: { event: 'log-event', text: `${stackTrace}\n` },
      elasticJson: [
        { event: 'log-event', mapping: 'log-event.mapping', document: document.replace('9223372036854775807', '9223372036854775806') },
      ],
      elasticIndex: [{ event: 'log-event', policy: 'STATIC', tags, index: 'shop-prod-2018.05.30' }],
      elasticBulkActionLine: [{ event: 'log-event', index: 'other', line }],
    });
    expect(report.failures.map((failure) => failure.split(':')[0])).toEqual([
      'stackTrace/log-event',
      'elasticJson/log-event by log-event.mapping',
      'elasticIndex/log-event STATIC by properties/project,properties/environment?,properties/subproject?',
      'elasticBulkActionLine/log-event',
    ]);
  });

  it('skip events and mappings that are not there, by name', () => {
    const report = run({
      stackTrace: { event: 'other', text: '' },
      elasticJson: [{ event: 'log-event', mapping: 'other.mapping', document }],
    });
    expect(report.skips).toEqual([
      'stackTrace/other: the file does not hold the event "other"',
      expect.stringMatching(/^elasticJson\/log-event by other\.mapping: no mapping of this name is known/),
    ]);
  });
});
