import { readFileSync } from 'node:fs';
import { Report } from './report.ts';
import { DESCRIPTIVE_KEYS, SECTIONS } from './sections/index.ts';
import { Shape, ShapeError } from './shape.ts';
import { VectorEvents } from './vector-events.ts';

/**
 * Checks the sections that a file of test vectors has. A key that is unknown is skipped by its name.
 * @throws ShapeError, one line, when the file cannot be read, is no JSON or is not in the format
 */
export function checkFile(path: string): Report {
  const file = new Shape(parse(read(path)), '');
  const keys = Object.keys(file.record());
  if (!keys.some((key) => SECTIONS.some((section) => section.key === key))) {
    throw new ShapeError(`expected a file of test vectors with at least one of the keys ${SECTIONS.map(({ key }) => key).join(', ')}`);
  }
  const report = new Report();
  const events = new VectorEvents(file);
  for (const section of SECTIONS) if (file.has(section.key)) section.run(file.at(section.key), events, report);
  for (const key of keys) {
    const isKnown = DESCRIPTIVE_KEYS.includes(key) || SECTIONS.some((section) => section.key === key);
    if (!isKnown) report.skip(key, 'no check is known for this key');
  }
  return report;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ShapeError(`cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ShapeError(`is no JSON: ${(error as Error).message.replaceAll(/\s+/g, ' ')}`, { cause: error });
  }
}
