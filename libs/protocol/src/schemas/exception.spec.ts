import { type Container, tag, type Value } from '../event.ts';
import { renderStackTrace } from './exception.ts';

const container = (tags: Record<string, Value>): Container => new Map(Object.entries(tags));

describe('renderStackTrace', () => {
  it('renders frames, inner exceptions and their frames with the indents of the format', () => {
    const inner = container({
      type: tag.string('System.IO.IOException'),
      message: tag.string('disk'),
      stackFrames: tag.vector('container', [
        container({ type: tag.string('Disk'), function: tag.string('Read'), file: tag.string('d.cs') }),
      ]),
      innerExceptions: tag.vector('container', [container({ type: tag.string('Deep') })]),
    });
    const exception = container({
      type: tag.string('System.Exception'),
      message: tag.string('boom'),
      stackFrames: tag.vector('container', [
        container({
          type: tag.string('App.Main'),
          function: tag.string('Run'),
          file: tag.string('Main.cs'),
          line: tag.integer(42),
          column: tag.short(7),
        }),
        container({ type: tag.string('App.Main') }),
      ]),
      innerExceptions: tag.vector('container', [inner, container({ message: tag.string('second') })]),
    });
    expect(renderStackTrace(exception)).toBe(
      [
        'System.Exception: boom',
        '    at App.Main.Run(Main.cs:42:7)',
        '    at App.Main()',
        '  Caused by: System.IO.IOException: disk',
        '      at Disk.Read(d.cs)',
        '    Caused by: Deep: ',
        '  Caused by: second',
      ].join('\n'),
    );
  });

  it('glues a frame without a type to the text before it', () => {
    const exception = container({
      type: tag.string('System.IO.IOException'),
      message: tag.string('disk'),
      stackFrames: tag.vector('container', [container({ function: tag.string('Read'), line: tag.integer(3) })]),
    });
    expect(renderStackTrace(exception)).toBe('System.IO.IOException: disk.Read(:3)');
  });

  it('takes tags of other types as absent', () => {
    const exception = container({
      type: tag.integer(1),
      message: tag.null(),
      stackFrames: tag.vector('container', [
        container({ type: tag.string('A'), line: tag.long(3n), column: tag.byte(5), file: tag.flag(true) }),
      ]),
      innerExceptions: tag.vector('string', ['x']),
    });
    expect(renderStackTrace(exception)).toBe('\n    at A(:5)');
    expect(renderStackTrace(new Map())).toBe('');
  });
});
