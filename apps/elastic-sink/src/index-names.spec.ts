import { encodeEvent } from '@hercules/protocol';
import type { IndexResolver } from './index-name.ts';
import { bulkActionLine, IndexNames, type IndexNamesOptions } from './index-names.ts';

const raw = (name: string | undefined): IndexResolver => ({ resolve: () => name });

function indexOf(options: Partial<IndexNamesOptions>, timestamp = 15_276_799_200_000_000n): string | undefined {
  const bytes = encodeEvent({ version: 1, timestamp, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload: new Map() });
  return new IndexNames({ resolvers: [raw('Shop')], policy: 'DAILY', prefix: 'hercules-logs-', ...options }).resolve(
    bytes,
    0,
    bytes.length,
    's',
  )?.index;
}

describe('IndexNames', () => {
  it('puts the prefix before and the UTC day of the event behind the name', () => {
    expect(indexOf({})).toBe('hercules-logs-shop-2018.05.30');
    expect(indexOf({ prefix: '' })).toBe('shop-2018.05.30');
    expect(indexOf({ policy: 'STATIC' })).toBe('hercules-logs-shop');
    expect(indexOf({ policy: 'ILM' })).toBe('hercules-logs-shop');
  });

  it('takes the first result, and does not try another resolver when that is no usable name', () => {
    expect(indexOf({ resolvers: [raw(undefined), raw('second')] })).toBe('hercules-logs-second-2018.05.30');
    expect(indexOf({ resolvers: [raw('-'), raw('second')] })).toBeUndefined();
    expect(indexOf({ resolvers: [raw(undefined)] })).toBeUndefined();
  });

  it('does not mix up days of one name', () => {
    const names = new IndexNames({ resolvers: [raw('shop')], policy: 'DAILY', prefix: '' });
    const at = (timestamp: bigint): string | undefined => {
      const bytes = encodeEvent({ version: 1, timestamp, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload: new Map() });
      return names.resolve(bytes, 0, bytes.length, 's')?.index;
    };
    expect([at(0n), at(864_000_000_000n), at(0n)]).toEqual(['shop-1970.01.01', 'shop-1970.01.02', 'shop-1970.01.01']);
  });
});

describe('bulkActionLine', () => {
  it('has a document type for old servers only', () => {
    expect(bulkActionLine('shop', 'AAAA')).toBe('{"index":{"_index":"shop","_id":"AAAA"}}');
    expect(bulkActionLine('shop', 'AAAA', true)).toBe('{"index":{"_index":"shop","_type":"_doc","_id":"AAAA"}}');
  });
});
