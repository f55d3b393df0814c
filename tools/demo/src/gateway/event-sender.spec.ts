import type { EventWriter } from '@hercules/protocol';
import { EventSender } from './event-sender.ts';
import { RecordingGateway } from './recording-gateway.ts';

describe('EventSender', () => {
  let gateway: RecordingGateway;
  let printed: string[];
  beforeEach(async () => {
    gateway = await RecordingGateway.start();
    printed = [];
  });
  afterEach(() => gateway.close());

  const create = (url = gateway.url, maxQueuedBytes = 1 << 20): EventSender =>
    new EventSender({ gateway: url, stream: 's', apiKey: 'key', lingerMs: 20, maxQueuedBytes, print: (line) => printed.push(line) });
  const event =
    (number: bigint) =>
    (writer: EventWriter): void => {
      writer.beginEvent(number, Buffer.alloc(16));
      writer.endEvent();
    };
  const arrived = (): bigint[] => gateway.of('s').map(({ timestamp }) => timestamp);

  it('sends what comes together as one batch', async () => {
    const sender = create();
    for (let i = 1n; i <= 5n; i++) sender.add(event(i));
    await sender.close(5000);
    expect(arrived()).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(gateway.requests).toBe(1);
    expect([...gateway.apiKeys]).toEqual(['Hercules apiKey key']);
    expect([sender.sent, sender.dropped]).toEqual([5, 0]);
  });

  it('repeats what was not taken, in order, and says so once', async () => {
    gateway.refusals.push(503, 503);
    const sender = create();
    sender.add(event(1n));
    await sender.close(5000);
    expect(arrived()).toEqual([1n]);
    expect(printed).toEqual(['the gateway does not take events of s: 503 not now', 'the gateway takes events of s again']);
  });

  it('gives up what is refused for good', async () => {
    gateway.refusals.push(400);
    const sender = create();
    sender.add(event(1n));
    await sender.close(5000);
    expect([gateway.requests, sender.sent, sender.dropped]).toEqual([1, 0, 1]);
  });

  it('holds no more than it may, and counts what it drops', async () => {
    const sender = create('http://127.0.0.1:9', 100);
    for (let i = 0n; i < 10n; i++) sender.add(event(i));
    const HELD = 3;
    expect(sender.dropped).toBe(10 - HELD);
    await sender.close(50);
    expect([sender.sent, sender.dropped]).toEqual([0, 10]);
    sender.add(event(1n));
    expect(sender.dropped).toBe(11);
  });
});
