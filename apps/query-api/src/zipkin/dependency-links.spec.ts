import { dependencyLinks } from './dependency-links.ts';
import type { ZipkinKind, ZipkinSpan } from './zipkin-span.ts';

interface Options {
  readonly parent?: string;
  readonly kind?: ZipkinKind;
  readonly remote?: string;
  readonly failed?: boolean;
}

const span = (id: string, serviceName: string, { parent, kind, remote, failed = false }: Options = {}): ZipkinSpan => ({
  traceId: '1'.padStart(32, '0'),
  id,
  timestamp: 1,
  localEndpoint: { serviceName },
  tags: failed ? { error: 'error' } : {},
  ...(parent === undefined ? {} : { parentId: parent }),
  ...(kind === undefined ? {} : { kind }),
  ...(remote === undefined ? {} : { remoteEndpoint: { serviceName: remote } }),
});

describe('dependencyLinks', () => {
  it('counts a call once that both sides have recorded', () => {
    const trace = [
      span('1', 'front', { kind: 'SERVER' }),
      span('2', 'front', { parent: '1', kind: 'CLIENT', remote: 'cart.example' }),
      span('3', 'cart', { parent: '2', kind: 'SERVER', failed: true }),
    ];
    expect(dependencyLinks([trace, trace])).toEqual([{ parent: 'front', child: 'cart', callCount: 2, errorCount: 2 }]);
  });

  it('knows two sides that share one id', () => {
    const trace = [
      span('1', 'front', { kind: 'SERVER' }),
      span('2', 'front', { parent: '1', kind: 'CLIENT' }),
      span('2', 'cart', { parent: '1', kind: 'SERVER' }),
    ];
    expect(dependencyLinks([trace])).toEqual([{ parent: 'front', child: 'cart', callCount: 1 }]);
  });

  it('believes the calling side when the called one has recorded nothing', () => {
    const trace = [
      span('1', 'front', { kind: 'SERVER' }),
      span('2', 'front', { parent: '1', kind: 'CLIENT', remote: 'database', failed: true }),
    ];
    expect(dependencyLinks([trace])).toEqual([{ parent: 'front', child: 'database', callCount: 1, errorCount: 1 }]);
  });

  it('takes the named caller when the parent is missing, and makes up none', () => {
    expect(dependencyLinks([[span('2', 'cart', { parent: '1', kind: 'SERVER', remote: 'front' })]])).toEqual([
      { parent: 'front', child: 'cart', callCount: 1 },
    ]);
    expect(dependencyLinks([[span('2', 'cart', { parent: '1', kind: 'SERVER' })]])).toEqual([]);
  });

  it('links spans without a kind when they belong to different services', () => {
    const trace = [span('1', 'front'), span('2', 'front', { parent: '1' }), span('3', 'mail', { parent: '2' })];
    expect(dependencyLinks([trace])).toEqual([{ parent: 'front', child: 'mail', callCount: 1 }]);
  });

  it('links those who send to those who take', () => {
    const trace = [span('1', 'front', { kind: 'PRODUCER', remote: 'kafka' }), span('2', 'mail', { parent: '1', kind: 'CONSUMER' })];
    expect(dependencyLinks([trace])).toEqual([{ parent: 'front', child: 'mail', callCount: 1 }]);
  });
});
