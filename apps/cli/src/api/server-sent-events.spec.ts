import { serverSentEvents } from './server-sent-events.ts';

it('reads events however they are cut', async () => {
  const bytes = Buffer.from(': following\n\ndata: {"ü":1}\n\nevent: dropped\r\ndata: a\r\ndata: b\r\n\r\nevent: lost\n\n');
  for (let size = 1; size < 9; size++) {
    const chunks = async function* () {
      for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
    };
    const seen = [];
    for await (const event of serverSentEvents(chunks())) seen.push(event);
    expect(seen).toEqual([
      { event: 'message', data: '{"ü":1}' },
      { event: 'dropped', data: 'a\nb' },
    ]);
  }
});
