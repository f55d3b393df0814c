import type { Report } from './report.ts';
import type { Shape } from './shape.ts';
import type { VectorEvents } from './vector-events.ts';

/** Checks one top-level key of a file of test vectors (protocol §12). */
export interface Section {
  /** The key. */
  readonly key: string;
  /** Adds each case to the report. @throws ShapeError when the section is not in the format */
  run(section: Shape, events: VectorEvents, report: Report): void;
}

/** The cases of a section that name an event which the file does not hold are skipped: files may be parts of a larger set. */
export function withEvent(name: string, event: Shape, events: VectorEvents, report: Report, test: (bytes: Buffer) => void): void {
  const bytes = events.find(event);
  if (bytes === undefined) report.skip(name, `the file does not hold the event ${JSON.stringify(event.text())}`);
  else report.check(name, () => test(bytes));
}
