import { COMPONENT_NAMES, STOP_WAVES } from './component-name.ts';
import { selectedComponents } from './stack-selection.ts';

describe('selectedComponents', () => {
  it('takes everything but the Zipkin page', () => {
    expect(selectedComponents({ demo: true, zipkin: false })).toEqual(COMPONENT_NAMES.filter((name) => name !== 'zipkin'));
    expect(selectedComponents({ demo: true, zipkin: true })).toEqual([...COMPONENT_NAMES]);
  });

  it('leaves out the demo', () => {
    const names = selectedComponents({ demo: false, zipkin: false });
    expect(names.filter((name) => name.startsWith('demo') || name.startsWith('shop'))).toEqual([]);
  });

  it('takes what a signal needs and no other store', () => {
    expect(selectedComponents({ only: ['logs'], demo: true, zipkin: false })).toEqual([
      'kafka',
      'elasticsearch',
      'managementApi',
      'elasticSink',
      'derivedStreams',
      'gateway',
      'demo',
    ]);
    expect(selectedComponents({ only: ['metrics', 'traces'], demo: false, zipkin: false })).toEqual([
      'kafka',
      'cassandra',
      'graphite',
      'graphiteWeb',
      'managementApi',
      'graphiteSink',
      'cassandraSink',
      'derivedStreams',
      'metricAggregator',
      'traceAnalytics',
      'gateway',
      'queryApi',
    ]);
  });
});

describe('STOP_WAVES', () => {
  it('names every component once', () => expect(STOP_WAVES.flat().sort()).toEqual([...COMPONENT_NAMES].sort()));
});
