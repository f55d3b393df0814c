import { HerculesError } from '../errors.ts';
import { caught } from '../testing/caught.ts';
import { ANNOTATION_EVENT_MAPPING, LOG_EVENT_MAPPING, TRACING_MAPPING } from './builtin-mappings.ts';
import { parseMapping } from './mapping.ts';

function errorOf(text: string): HerculesError {
  const error = caught(() => parseMapping(text, 'my.mapping'));
  expect(error).toBeInstanceOf(HerculesError);
  return error as HerculesError;
}

describe('parseMapping', () => {
  it('reads the built-in mappings', () => {
    expect(parseMapping(LOG_EVENT_MAPPING).mappers.map(({ kind }) => kind)).toEqual(['move', 'transform']);
    expect(parseMapping(ANNOTATION_EVENT_MAPPING).mappers.map(({ kind }) => kind)).toEqual(['project', 'transform']);
    expect(parseMapping(TRACING_MAPPING).mappers.map(({ kind }) => kind)).toEqual(['combine', 'combine']);
  });

  it('passes over empty lines and comments and takes both kinds of line ends', () => {
    const { mappers } = parseMapping('# transform x to y\r\n\r\ntransform a/b to c\r\n\nmove p/q/* to r/* except s,t-1\n');
    expect(mappers).toMatchObject([
      { kind: 'transform', source: { segments: ['a', 'b'] }, target: { segments: ['c'] } },
      { kind: 'move', source: { segments: ['p', 'q'] }, target: { segments: ['r'] }, except: new Set(['s', 't-1']) },
    ]);
  });

  it('takes a star for the root on either side of move, and a slash as the target of project', () => {
    expect(parseMapping('move * to a/*\nmove a/* to *\nproject a to / with k and v').mappers).toMatchObject([
      { source: { segments: [] }, target: { segments: ['a'] } },
      { source: { segments: ['a'] }, target: { segments: [] } },
      { target: { segments: [] }, key: { tag: 'k' }, value: { tag: 'v' } },
    ]);
  });

  it('knows transformers and combiners by their full class names and by short names', () => {
    const [long, short] = parseMapping(
      'transform a to b using ru.kontur.vostok.hercules.json.format.transformer.ScalarToStringTransformer\n' +
        'transform a to b using scalar-to-string',
    ).mappers;
    expect((long as { transformer: unknown }).transformer).toBe((short as { transformer: unknown }).transformer);
    const [full, brief] = parseMapping(
      'combine a,b to c using ru.kontur.vostok.hercules.json.format.combiner.LatencyMsCombiner\ncombine a,b to c using latency-ms',
    ).mappers;
    expect((full as { combiner: unknown }).combiner).toBe((brief as { combiner: unknown }).combiner);
  });

  it.each([
    ['copy a to b', /transform.*copy/],
    ['transform', /path.*end of the line/],
    ['transform a', /"to".*end of the line/],
    ['transform a into b', /"to".*"into"/],
    ['transform a to', /path.*end of the line/],
    ['transform  a to b', /path.*second space/],
    ['transform a to b with c', /end of the line.*"with"/],
    ['transform a to b using', /transformer.*end of the line/],
    ['transform a to b using Nothing', /PlainTransformer.*"Nothing"/],
    ['transform a//b to c', /path.*"a\/\/b"/],
    ['transform /a to c', /path.*"\/a"/],
    ['transform ключ to c', /path.*"ключ"/],
    ['transform a/* to c', /path.*"a\/\*"/],
    ['transform a to /', /"\/"/],
    ['move a to b', /\/\*.*"a"/],
    ['move a/* to b', /\/\*.*"b"/],
    ['move a/* to * except', /tags.*end of the line/],
    ['move a/* to * except b,', /tags/],
    ['move a/* to * without b', /end of the line.*"without"/],
    ['combine a,b to c', /"using".*end of the line/],
    ['combine a,,b to c using latency-ms', /path/],
    ['combine a,b to / using latency-ms', /"\/"/],
    ['combine a,b to c using PlainTransformer', /LatencyMsCombiner.*"PlainTransformer"/],
    ['combine a to c using latency-ms', /2/],
    ['combine a,b,c to d using iso-date-time', /2/],
    ['project a to b', /"with".*end of the line/],
    ['project a to b with k', /"and".*end of the line/],
    ['project a to b with k/l and v', /tag.*"k\/l"/],
  ])('refuses %j and says where and what was expected', (line, message) => {
    const error = errorOf(`# comment\n\n${line}\n`);
    expect(error.code).toBe('BAD_CONFIG');
    expect(error.message).toContain('my.mapping, line 3');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });
});
