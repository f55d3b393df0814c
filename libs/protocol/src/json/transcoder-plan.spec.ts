import { ANNOTATION_EVENT_MAPPING, LOG_EVENT_MAPPING } from './builtin-mappings.ts';
import { parseMapping } from './mapping.ts';
import { planOf, type TranscoderPlan } from './transcoder-plan.ts';

function plan(mapping: string): TranscoderPlan | undefined {
  return planOf({ mapping: parseMapping(mapping) });
}

describe('planOf', () => {
  it('has a plan for log events: they are what has to be fast', () => {
    expect(plan(LOG_EVENT_MAPPING)).toMatchObject({
      keys: ['properties', 'exception', 'stackTrace', '@timestamp'],
      timestampField: 4,
      steps: [
        { kind: 'move', source: 1 },
        { kind: 'stackTrace', source: 2, field: 3 },
      ],
      claimed: [false, true, true, false, false],
    });
  });

  it.each(['', 'move * to * except a,b', 'transform a to b', 'transform a to b using plain\nmove a/* to * except c'])(
    'has a plan for %j',
    (mapping) => {
      expect(plan(mapping)).toBeDefined();
    },
  );

  it.each([
    ANNOTATION_EVENT_MAPPING,
    'combine a,b to c using latency-ms',
    'transform a/b to c',
    'transform a to b/c',
    'transform a to b using scalar-to-string',
    'move a/b/* to *',
    'move a/* to b/*',
    'move * to b/*',
    `transform ${'a'.repeat(256)} to b`,
  ])('leaves %j to the formatter', (mapping) => {
    expect(plan(mapping)).toBeUndefined();
  });

  it('leaves a name of the time that is no possible key to the formatter', () => {
    const mapping = parseMapping('');
    expect(planOf({ mapping, timestampField: '\ud800' })).toBeUndefined();
    expect(planOf({ mapping, timestampField: 'я'.repeat(128) })).toBeUndefined();
    expect(planOf({ mapping, timestampField: '\ud800', timestampEnabled: false })).toBeDefined();
  });
});
