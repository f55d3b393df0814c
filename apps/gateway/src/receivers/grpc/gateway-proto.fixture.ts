import { dirname, join } from 'node:path';
import { Root, type Type } from 'protobufjs';

/** The messages of gateway.proto through protobufjs, to check our own reading and writing against. */
export function protoType(name: string): Type {
  const protocol = dirname(require.resolve('@hercules/protocol'));
  const root = new Root().loadSync(join(protocol, '../proto/hercules/v1/gateway.proto'), { keepCase: true });
  return root.lookupType(`hercules.v1.${name}`);
}
