import { tag, type Value } from '../event.ts';
import { TRANSFORMERS } from './transformers.ts';

function transform(name: string, value: Value): unknown {
  return TRANSFORMERS.get(name)!(value);
}

const uuid = '11203800-63fd-11e8-83e2-3a587d902000';

describe('ScalarToStringTransformer', () => {
  it.each<[Value, string]>([
    [tag.byte(200), '-56'],
    [tag.short(-1), '-1'],
    [tag.integer(42), '42'],
    [tag.long(-(2n ** 63n)), '-9223372036854775808'],
    [tag.flag(true), 'true'],
    [tag.float(Math.fround(3.14)), '3.14'],
    [tag.double(0.1), '0.1'],
    [tag.double(1), '1.0'],
    [tag.double(-2.5e10), '-2.5E10'],
    [tag.double(1e-7), '1.0E-7'],
    [tag.double(NaN), 'NaN'],
    [tag.double(-Infinity), '-Infinity'],
    [tag.string('текст'), 'текст'],
    [tag.uuid(uuid), uuid],
  ])('renders %j', (value, text) => {
    expect(transform('ScalarToStringTransformer', value)).toBe(text);
    expect(transform('scalar-to-string', value)).toBe(text);
  });

  it('gives nothing for what is no scalar', () => {
    expect(transform('ScalarToStringTransformer', tag.null())).toBeNull();
    expect(transform('ScalarToStringTransformer', tag.container({}))).toBeNull();
    expect(transform('ScalarToStringTransformer', tag.vector('byte', Buffer.of(1)))).toBeNull();
  });
});

describe('UuidToStringWithoutHyphensTransformer', () => {
  it('takes UUIDs only', () => {
    expect(transform('UuidToStringWithoutHyphensTransformer', tag.uuid(uuid))).toBe('1120380063fd11e883e23a587d902000');
    expect(transform('uuid-without-hyphens', tag.string(uuid))).toBeNull();
  });
});

describe('GrafanaAnnotationTagsTransformer', () => {
  const pair = (key: Value, value: Value) => new Map([['key', key] as const, ['value', value] as const]);
  const grafana = (...pairs: readonly (readonly [string, string])[]) =>
    transform(
      'grafana-tags',
      tag.vector(
        'container',
        pairs.map(([key, value]) => pair(tag.string(key), tag.string(value))),
      ),
    );

  it('writes a comma after every pair and replaces what is not allowed, dots too', () => {
    expect(grafana(['a.b', 'x y'], ['c:d-e_f', 'Я😀'])).toBe('a_b=x_y,c:d-e_f=___,');
  });

  it('adds a subproject when there is a project and no subproject', () => {
    expect(grafana(['project', 'shop'])).toBe('project=shop,subproject=null');
    expect(grafana(['project', 'shop'], ['subproject', 'cart'])).toBe('project=shop,subproject=cart,');
  });

  it('leaves out pairs of other types and gives nothing for other values', () => {
    const mixed = tag.vector('container', [pair(tag.integer(1), tag.string('x')), new Map(), pair(tag.string('a'), tag.string('b'))]);
    expect(transform('GrafanaAnnotationTagsTransformer', mixed)).toBe('a=b,');
    expect(transform('grafana-tags', tag.vector('container', []))).toBe('');
    expect(transform('grafana-tags', tag.vector('string', ['a']))).toBeNull();
    expect(transform('grafana-tags', tag.string('a=b'))).toBeNull();
  });
});

describe('ExceptionToStackTraceTransformer', () => {
  it('takes containers only', () => {
    expect(transform('ExceptionToStackTraceTransformer', tag.container({ message: tag.string('boom') }))).toBe('boom');
    expect(transform('stack-trace', tag.string('boom'))).toBeNull();
  });
});
