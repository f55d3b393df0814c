import { LineFraming } from '../lines/line-framing.ts';
import { createLineListener, type LineContext } from '../lines/line-listener.ts';
import type { NamedReceiver } from '../lines/named-receiver.ts';
import { TcpReceiver } from '../lines/tcp-receiver.ts';
import type { GraphiteConfig } from './config.ts';
import { LineConverter } from './line-converter.ts';
import { PickleConverter } from './pickle-converter.ts';
import { PickleFraming } from './pickle-framing.ts';
import { PointWriter } from './point-writer.ts';

export { graphiteConfigSchema, type GraphiteConfig } from './config.ts';

/** The listeners of Graphite's protocols. @throws HerculesError BAD_CONFIG */
export function createGraphiteReceivers(context: LineContext, config: GraphiteConfig): NamedReceiver[] {
  const points = new PointWriter(config);
  const lines = createLineListener(context, config, new LineConverter(points), 'graphite', 'graphite');
  const { maxLineBytes, pickle } = config;
  const framing = (): LineFraming => new LineFraming(maxLineBytes);
  const receivers: NamedReceiver[] = [
    {
      name: 'Graphite lines',
      host: config.host,
      receiver: new TcpReceiver(lines.parts, { ...config, tls: undefined }, lines.reader, framing),
      counters: lines.counters,
    },
  ];
  if (pickle.enabled) {
    const converter = new PickleConverter(
      points,
      (error, sender) => pickled.reader.refuse(error.reason, error.message, Buffer.alloc(0), sender),
      // The list was counted as one.
      (count) => (pickled.counters.received += count - 1),
    );
    const pickled = createLineListener(context, config, converter, 'graphite-pickle', 'graphite');
    const receiver = new TcpReceiver(
      pickled.parts,
      { ...config, port: pickle.port, tls: undefined },
      pickled.reader,
      () => new PickleFraming(pickle.maxMessageBytes),
    );
    receivers.push({ name: 'Graphite pickles', host: config.host, receiver, counters: pickled.counters });
  }
  return receivers;
}
