import fc from 'fast-check';
import { uuidFromBytes, uuidToBytes } from './uuid.ts';

describe('uuid', () => {
  it('has its bytes in the order of its text', () => {
    expect(uuidToBytes('11203800-63fd-11e8-83E2-3a587d902000').toString('hex')).toBe('1120380063fd11e883e23a587d902000');
  });

  it('goes to bytes and back', () => {
    fc.assert(fc.property(fc.uuid(), (uuid) => expect(uuidFromBytes(Buffer.concat([Buffer.alloc(3), uuidToBytes(uuid)]), 3)).toBe(uuid)));
  });

  it.each([
    '',
    '11203800x63fd-11e8-83e2-3a587d902000',
    '11203800-63fd-11e8-83e2-3a587d90200ж',
    '1120380-063fd-11e8-83e2-3a587d902000',
    '1120380063fd11e883e23a587d902000',
    '11203800-63fd-11e8-83e2-3a587d90200',
    '11203800-63fd-11e8-83e2-3a587d90200g',
  ])('refuses %j', (text) => {
    expect(() => uuidToBytes(text)).toThrow(expect.objectContaining({ kind: 'bad-value' }));
  });

  it('needs 16 bytes', () => {
    expect(() => uuidFromBytes(Buffer.alloc(16), 1)).toThrow(expect.objectContaining({ kind: 'truncated', byteOffset: 1 }));
  });
});
