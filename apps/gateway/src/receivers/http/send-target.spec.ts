import { SendTargetParser } from './send-target.ts';

describe('SendTargetParser', () => {
  const parser = new SendTargetParser('');

  it.each([
    ['/stream/send?stream=logs', '/stream/send', 'logs'],
    ['/stream/send/?stream=logs', '/stream/send/', 'logs'],
    ['/stream/send', '/stream/send', undefined],
    ['/stream/send?', '/stream/send', undefined],
    ['/stream/send?stream', '/stream/send', ''],
    ['/stream/send?stream=', '/stream/send', ''],
    ['/stream/send?stream=a&stream=b', '/stream/send', 'a'],
    ['/stream/send?x=1&stream=a', '/stream/send', 'a'],
    ['/stream/send?xstream=1', '/stream/send', undefined],
    ['/stream/send?stream=a%5Fb', '/stream/send', 'a_b'],
    ['/stream/send?str%65am=a', '/stream/send', 'a'],
    ['/stream/send?stream=a+b', '/stream/send', 'a b'],
    ['http://gateway:6306/stream/send?stream=a', '/stream/send', 'a'],
    ['*', '*', undefined],
  ])('reads %s', (url, path, stream) => {
    const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
    expect(parser.parse(url)).toEqual({ path, query, stream, isStreamUnreadable: false });
    expect(parser.parse(url)).toBe(parser.parse(url));
  });

  it('says when the parameter is not valid percent-encoding', () => {
    expect(parser.parse('/stream/send?stream=%zz')).toEqual({
      path: '/stream/send',
      query: 'stream=%zz',
      stream: undefined,
      isStreamUnreadable: true,
    });
  });

  it('takes the root path off', () => {
    const below = new SendTargetParser('/hercules');
    expect(below.parse('/hercules/stream/send?stream=a').path).toBe('/stream/send');
    expect(below.parse('/stream/send?stream=a').path).toBe('');
    expect(below.parse('/herculesx/stream/send').path).toBe('');
  });
});
