import { resolve } from 'node:path';
import { parseStackOptions } from './stack-options.ts';

describe('parseStackOptions', () => {
  it('has defaults', () => {
    expect(parseStackOptions([])).toEqual({ command: 'start', detach: false, demo: true, zipkin: false });
    expect(parseStackOptions(['stop'])).toEqual({ command: 'stop', detach: false, demo: true, zipkin: false });
  });

  it('reads all options', () => {
    expect(
      parseStackOptions(['start', '--detach', '--no-demo', '--only', 'logs,traces', '--zipkin', '--data-dir', 'x', '--port-base', '19000']),
    ).toEqual({
      command: 'start',
      detach: true,
      demo: false,
      zipkin: true,
      only: ['logs', 'traces'],
      dataDir: resolve('x'),
      portBase: 19_000,
    });
    expect(parseStackOptions(['--help'])).toBe('help');
  });

  it.each([
    [['--port-base', '80']],
    [['--port-base', 'x']],
    [['--port-base=66000']],
    [['--unknown']],
    [['start', 'more']],
    [['fly']],
    [['--only', 'logs,x']],
    [['--only', 'logs', '--zipkin']],
  ])('refuses %j with the usage', (args) => expect(() => parseStackOptions(args)).toThrow(/port-base|usage|--only/));
});
