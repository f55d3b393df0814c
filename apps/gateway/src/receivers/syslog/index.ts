import type { TlsOptions } from 'node:tls';
import { HerculesError } from '@hercules/protocol';
import { createLineListener, type LineContext } from '../lines/line-listener.ts';
import type { NamedReceiver } from '../lines/named-receiver.ts';
import { TcpReceiver } from '../lines/tcp-receiver.ts';
import { UdpReceiver } from '../lines/udp-receiver.ts';
import type { SyslogConfig } from './config.ts';
import { SyslogConverter } from './syslog-converter.ts';
import { SyslogFraming } from './syslog-framing.ts';

export { syslogConfigSchema, type SyslogConfig } from './config.ts';

/** The listeners of syslog: TCP, UDP on the same port, TLS. @param tls certificate for TLS @throws HerculesError BAD_CONFIG */
export function createSyslogReceivers(context: LineContext, config: SyslogConfig, tls: TlsOptions | undefined): NamedReceiver[] {
  const converter = new SyslogConverter(config);
  const framing = (): SyslogFraming => new SyslogFraming(config.maxMessageBytes);
  const listener = (name: string) => createLineListener(context, config, converter, name, 'syslog');
  const tcp = listener('syslog-tcp');
  const receivers: NamedReceiver[] = [
    {
      name: 'syslog over TCP',
      host: config.host,
      receiver: new TcpReceiver(tcp.parts, { ...config, tls: undefined }, tcp.reader, framing),
      counters: tcp.counters,
    },
  ];
  if (config.udp) {
    const { parts, reader, counters } = listener('syslog-udp');
    receivers.push({
      name: 'syslog over UDP',
      host: config.host,
      receiver: new UdpReceiver(parts, reader, config.host, config.port),
      counters,
    });
  }
  if (config.tls.enabled) {
    if (tls === undefined)
      throw new HerculesError('BAD_CONFIG', 'syslog.tls.enabled needs a certificate: http.tls.certFile and http.tls.keyFile');
    const secure = listener('syslog-tls');
    const options = { ...config, port: config.tls.port, tls };
    receivers.push({
      name: 'syslog over TLS',
      host: config.host,
      receiver: new TcpReceiver(secure.parts, options, secure.reader, framing),
      counters: secure.counters,
    });
  }
  return receivers;
}
