import { uuidFromBytes } from '@hercules/protocol';
import { RequestIds } from './request-ids.ts';

const BODY = Buffer.from('a request');

describe('RequestIds', () => {
  it('gives the same ids for the same bytes, and others for others', () => {
    const ids = (body: Buffer): string[] => [0, 1, 2].map((position) => new RequestIds(body).uuid(position).toString('hex'));
    expect(ids(Buffer.from(BODY))).toEqual(ids(BODY));
    expect(new Set([...ids(BODY), ...ids(Buffer.from('another'))]).size).toBe(6);
  });

  it('gives each position its own', () => {
    const ids = new RequestIds(BODY);
    const positions = [...Array.from({ length: 10_000 }, (_, i) => i), 0xffff_ffff, 0x8000_0000];
    expect(new Set(positions.map((position) => ids.uuid(position).toString('hex'))).size).toBe(positions.length);
  });

  it('makes uuids of version 8', () => {
    expect(uuidFromBytes(new RequestIds(BODY).uuid(7))).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('writes where it is told', () => {
    const buf = Buffer.alloc(20);
    const ids = new RequestIds(BODY);
    ids.uuidInto(buf, 2, 5);
    expect(buf).toEqual(Buffer.concat([Buffer.alloc(2), ids.uuid(5), Buffer.alloc(2)]));
  });
});
