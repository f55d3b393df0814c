import { type BulkAction, eachBulkItem } from './bulk-body.ts';

function items(body: string): [BulkAction, string][] {
  const found: [BulkAction, string][] = [];
  const bytes = Buffer.from(body);
  eachBulkItem(bytes, (action, start, end) => found.push([action, bytes.toString('utf8', start, end)]));
  return found;
}

describe('eachBulkItem', () => {
  it('goes through actions and documents; a delete has none, and the last newline may be missing', () => {
    const body =
      '{"index":{"_index":"a","_id":"1"}}\n{"x":1}\n\n{"delete":{"_id":7}}\r\n{ "create": {} }\r\n{"x":2}\n{"index":{}}\n{"x":3}';
    expect(items(body)).toEqual([
      [{ name: 'index', index: 'a', id: '1' }, '{"x":1}'],
      [{ name: 'delete', index: undefined, id: '7' }, ''],
      [{ name: 'create', index: undefined, id: undefined }, '{"x":2}'],
      [{ name: 'index', index: undefined, id: undefined }, '{"x":3}'],
    ]);
  });

  it('has nothing for an empty body', () => expect(items('\n\n')).toEqual([]));

  it.each([
    ['{"index":{}}\n', 'Line 1 of the body: the document of the action is missing'],
    ['{"index":{}}\n{}\n{"x":1}\n', 'Line 3 of the body: expected one of index, create, update, delete'],
    ['{"index":{},"create":{}}\n{}', 'Line 1'],
    ['[]\n{}', 'Line 1'],
    ['no json\n{}', 'Line 1 of the body: expected an action such as {"index":{}}'],
  ])('refuses %j', (body, message) => {
    expect(() => items(body)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }));
  });
});
