import { silentLogger } from './fake-cluster.ts';
import { TableContent } from './table-content.ts';

function setUp() {
  const content = new TableContent(silentLogger);
  const changes: string[] = [];
  const end = content.onChange((key, value, offset) => changes.push(`${key}=${value?.toString() ?? '-'}@${offset}`));
  return { content, changes, end };
}

describe('TableContent', () => {
  it('tells of every change while it follows', () => {
    const { content, changes, end } = setUp();
    content.put('a', Buffer.from('1'), 0);
    content.put('a', Buffer.from('2'), 1);
    content.put('b', undefined, 2);
    content.put('a', undefined, 3);
    end();
    content.put('c', Buffer.from('4'), 4);
    content.advance(5);
    expect(changes).toEqual(['a=1@0', 'a=2@1', 'a=-@3']);
    expect([...content.entries()]).toEqual([['c', Buffer.from('4')]]);
    expect(content.position).toBe(5);
  });

  it('shows a load only when it is complete, and tells what differs', () => {
    const { content, changes } = setUp();
    content.put('stays', Buffer.from('1'), 0);
    content.put('goes', Buffer.from('1'), 1);
    content.put('changes', Buffer.from('1'), 2);
    content.advance(3);
    changes.length = 0;
    content.beginLoad();
    content.put('stays', Buffer.from('0'), 0);
    content.put('stays', Buffer.from('1'), 1);
    content.put('changes', Buffer.from('2'), 2);
    content.put('comes', Buffer.from('x'), 3);
    content.put('comes and goes', Buffer.from('x'), 4);
    content.put('comes and goes', undefined, 5);
    content.advance(6);
    expect([content.isLoading, content.position, content.get('changes')?.toString(), content.get('goes')?.toString()]).toEqual([
      true,
      3,
      '1',
      '1',
    ]);
    content.finishLoad(6);
    expect(changes).toEqual(['goes=-@5', 'changes=2@2', 'comes=x@3']);
    expect([content.isLoading, content.position, content.size]).toEqual([false, 6, 3]);
  });

  it('goes on when a listener throws', () => {
    const errors: object[] = [];
    const content = new TableContent({ ...silentLogger, error: (fields) => errors.push(fields as object) });
    const seen: string[] = [];
    content.onChange(() => {
      throw new Error('no');
    });
    content.onChange((key) => seen.push(key));
    content.put('a', Buffer.alloc(0), 0);
    expect(seen).toEqual(['a']);
    expect(errors).toHaveLength(1);
  });
});
