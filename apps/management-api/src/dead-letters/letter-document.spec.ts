import { encodeEvent, NIL_UUID, tag } from '@hercules/protocol';
import type { StoredLetter } from '@hercules/sink';
import { originalDocument } from './letter-document.ts';

it('shows every digit of a 64-bit number', () => {
  const payload = new Map([['number', tag.long(9_007_199_254_740_993n)]]);
  const original = encodeEvent({ version: 1, timestamp: 0n, uuid: NIL_UUID, payload });
  expect(originalDocument({ original } as StoredLetter)).toMatchObject({ number: 9_007_199_254_740_993n });
});
