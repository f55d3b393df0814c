import { encodeBatch, TickClock, UuidV1Generator, type Value } from '@hercules/protocol';

const clock = new TickClock();
const uuids = new UuidV1Generator();

/** Sends one event over HTTP and waits until Kafka has it. The API key is taken from API_KEY. @throws Error with the gateway's answer */
export async function send(stream: string, tags: Readonly<Record<string, Value>>, gateway = 'http://127.0.0.1:6306'): Promise<void> {
  const event = { version: 1, timestamp: clock.now(), uuid: uuids.next(), payload: new Map(Object.entries(tags)) };
  const response = await fetch(`${gateway}/stream/send?stream=${stream}`, {
    method: 'POST',
    headers: { authorization: `Hercules apiKey ${process.env['API_KEY']}` },
    body: new Uint8Array(encodeBatch([event])),
  });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
}
