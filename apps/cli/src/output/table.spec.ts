import { printable } from './printable.ts';
import { renderTable } from './table.ts';

it('pads texts at the right and numbers at the left', () => {
  const table = renderTable(
    ['name', 'lag'],
    [
      ['a', 5],
      ['longer', 1000],
    ],
  );
  expect(table).toBe('name     lag\na          5\nlonger  1000');
});

it('shows a table without rows as its head', () => expect(renderTable(['a', 'b'], [])).toBe('a  b'));

it('lets no control character through to the terminal', () => {
  expect(printable('a\u001b[2Jb\nc\u009bd\u202ee')).toBe('a\\u001b[2Jb\\nc\\u009bd\\u202ee');
  expect(renderTable(['x'], [['\u001b]0;title\u0007']])).not.toContain('\u001b');
});
