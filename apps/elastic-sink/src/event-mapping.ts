import { readFileSync } from 'node:fs';
import { ANNOTATION_EVENT_MAPPING, type EventMapping, HerculesError, LOG_EVENT_MAPPING, parseMapping } from '@hercules/protocol';

const BUILT_IN: Readonly<Record<string, string>> = { 'log-event': LOG_EVENT_MAPPING, 'annotation-event': ANNOTATION_EVENT_MAPPING };

/**
 * @param mapping the name of a built-in mapping, or a file's path
 * @throws HerculesError BAD_CONFIG for a file that is missing or not in the mapping language (protocol §9.2), naming the line
 */
export function loadEventMapping(mapping: string): EventMapping {
  const builtIn = BUILT_IN[mapping];
  if (builtIn !== undefined) return parseMapping(builtIn, mapping);
  let text: string;
  try {
    text = readFileSync(mapping, 'utf8');
  } catch (error) {
    throw new HerculesError(
      'BAD_CONFIG',
      `mapping "${mapping}" is neither ${Object.keys(BUILT_IN).join(' nor ')} nor a file that can be read: ${(error as Error).message}`,
      { cause: error },
    );
  }
  return parseMapping(text, mapping);
}
