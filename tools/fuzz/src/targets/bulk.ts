import { MethodCounters } from '@hercules/gateway/intake-counters.ts';
import { bulkConfigSchema } from '@hercules/gateway/receivers/bulk/config.ts';
import { BulkDoor } from '@hercules/gateway/receivers/bulk/bulk-door.ts';
import { type FuzzTarget, Mistaken } from '../fuzz-target.ts';
import { readSeeds } from '../read-seeds.ts';
import { askDoor, TakenBatches } from './gateway-door.ts';
import { hostileJson, JSON_TOKENS } from './json-inputs.ts';

const DOCUMENT = {
  '@timestamp': '2026-11-25T10:00:00.123+02:00',
  message: 'Straße "7"\n',
  level: 'INFO',
  log: { level: 'info', offset: 9_007_199_254_740_993n.toString() },
  numbers: [1, 2.5, 3_000_000_000],
  mixed: [1, 'a', null],
  nested: [{ a: 1 }, { b: [true] }],
  none: null,
};
const ACTIONS = ['{"index":{"_index":"logs-a","_id":"1"}}', '{"create":{}}', '{"update":{"_id":"2"}}', '{"delete":{"_id":"3"}}'];

/** `POST /{index}/_bulk`: each document is taken or refused for itself. */
export function bulk(): FuzzTarget {
  // A document may have a key twice, and the event then too: the last one counts.
  const taken = new TakenBatches({ mayRepeatKeys: true });
  const counters = new MethodCounters('bulk', 'bulk', { observe: () => undefined });
  const config = { ...bulkConfigSchema.parse({ maxAgeDays: 100_000 }), maxEventSizeBytes: 500_000 };
  const door = new BulkDoor(taken as never, config, () => counters);
  const document = JSON.stringify(DOCUMENT);
  const lines = [ACTIONS[0], document, ACTIONS[1], document, ACTIONS[2], '{"doc":{}}', ACTIONS[3], ACTIONS[1], '{"message":1e5}'];
  return {
    seeds: [...readSeeds('bulk'), Buffer.from(`${lines.join('\n')}\n`), Buffer.from(`${ACTIONS[1]}\r\n${document}`)],
    hostile: [
      ...hostileJson((value) => `${ACTIONS[1]}\n{"a":${value}}\n`),
      Buffer.from(`${ACTIONS[1]}\n{}\n`.repeat(10_000)),
      Buffer.from('\n'.repeat(200_000)),
    ],
    tokens: [...JSON_TOKENS, ...ACTIONS.map((action) => Buffer.from(`${action}\n`)), Buffer.from('"@timestamp":'), Buffer.from('\n{')],
    run: async (body) => {
      const { body: answer } = await askDoor(door, taken, { path: '/logs-fuzz/_bulk', headers: {}, body });
      const { errors, items } = JSON.parse(String(answer)) as { errors: boolean; items: Record<string, { status: number }>[] };
      const refused = items.filter((item) => Object.values(item)[0]!.status >= 300).length;
      if (errors !== refused > 0) throw new Mistaken(`${refused} items are refused and errors is ${errors}`);
    },
  };
}
