import { createEventFilter } from '@hercules/sink';
import type { PartitionedWriter } from '../writer/partitioned-writer.ts';
import { KnownNames } from './known-names.ts';
import { prepareSpans, type SpanTablesOptions } from './prepare-spans.ts';
import { SpanAdapter } from './span-adapter.ts';
import { SpanRowEncoder } from './span-rows.ts';

/** The adapter of spans that the settings describe. */
export function createSpanAdapter(options: SpanTablesOptions & { readonly writer: PartitionedWriter }): SpanAdapter {
  const { writer, config } = options;
  const { sink, tracing } = config;
  return new SpanAdapter({
    encoder: new SpanRowEncoder(new KnownNames(tracing.knownNames, tracing.namesRefreshMs)),
    writer,
    filters: sink.filters.map(createEventFilter),
    prepare: (signal) => prepareSpans(options, signal),
  });
}
