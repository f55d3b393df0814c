import { type Parameter, patternParameter } from '@hercules/http-api';
import { RULE_PATTERN } from '@hercules/metadata';

/** Parameter `pattern`: the names that a rule or a quota covers. @param what it is a pattern of */
export function namesPattern(what: string): Parameter<string> {
  return patternParameter('pattern', RULE_PATTERN, {
    expected: 'a pattern of a–z, 0–9, _, * and ?',
    description: `${what}: * is any run of a–z, 0–9, _, ? exactly one`,
  });
}
