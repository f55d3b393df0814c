import { doorApiKeyOf } from '@hercules/gateway/authentication.ts';
import { SendTargetParser } from '@hercules/gateway/receivers/http/send-target.ts';
import { messageTypeOf } from '@hercules/gateway/receivers/prometheus/message-type.ts';
import { type FuzzTarget, Mistaken } from '../fuzz-target.ts';

/** What is read of the head of a request: a line of the target, one of Authorization, one of Content-Type. Node.js gives headers as latin1. */
export function httpHead(): FuzzTarget {
  const targets = new SendTargetParser('/hercules');
  const heads = [
    '/hercules/stream/send?stream=logs_shop&x=%20\nHercules apiKey shop_1\napplication/x-protobuf;proto=prometheus.WriteRequest',
    'http://gateway:6306/hercules/api/v1/write\nBasic c2hvcDprZXk=\napplication/x-protobuf; proto="io.prometheus.write.v2.Request"',
    '/hercules/stream/send?str%65am=a+b\nApiKey aWQ6a2V5\n',
  ];
  return {
    seeds: heads.map((head) => Buffer.from(head)),
    tokens: ['%', '%zz', '&', '=', '?', 'stream=', ' ', ';', '"', '\n', 'Bearer ', 'Basic ', '//'].map((text) => Buffer.from(text)),
    run(input) {
      const [url = '', authorization = '', contentType = ''] = input.toString('latin1').split('\n');
      const { path, stream, isStreamUnreadable } = targets.parse(url);
      if (path.includes('?') || (isStreamUnreadable && stream !== undefined))
        throw new Mistaken(`the target is read as ${path} and ${stream}`);
      const key = doorApiKeyOf(authorization, undefined);
      if (key !== undefined && key.length > authorization.length) throw new Mistaken('the key is longer than the header');
      messageTypeOf(contentType);
    },
  };
}
