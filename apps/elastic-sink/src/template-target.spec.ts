import { templateTarget } from './template-target.ts';
import { indexConfigSchema } from './config.ts';

const target = (index: object) => templateTarget(indexConfigSchema.parse(index));
const STATIC = { resolvers: [{ type: 'static', name: 'annotations' }], prefix: 'hercules-' };

describe('templateTarget', () => {
  it('is everything with the prefix', () => {
    expect(target({})).toEqual({ templateName: 'hercules-logs', patterns: ['hercules-logs-*'], priority: 200 });
  });

  it('is the one index of a static name', () => {
    expect(target({ ...STATIC, policy: 'STATIC' })).toEqual({
      templateName: 'hercules-annotations',
      patterns: ['hercules-annotations'],
      priority: 900,
    });
  });

  it('is the one index of a static name with the suffix of a replay', () => {
    const index = indexConfigSchema.parse({ ...STATIC, policy: 'STATIC' });
    expect(templateTarget(index, 'again')).toEqual({
      templateName: 'hercules-annotations-again',
      patterns: ['hercules-annotations-again'],
      priority: 900,
    });
  });

  it('is the daily indexes of a static name, before those of the prefix', () => {
    const { templateName, patterns, priority } = target(STATIC)!;
    expect([templateName, patterns]).toEqual(['hercules-annotations', ['hercules-annotations-*']]);
    expect(priority).toBeGreaterThan(200);
  });

  it('is nothing when it would be every index', () => {
    expect(target({ prefix: '' })).toBeUndefined();
    expect(target({ ...STATIC, prefix: '' })?.patterns).toEqual(['annotations-*']);
  });
});
