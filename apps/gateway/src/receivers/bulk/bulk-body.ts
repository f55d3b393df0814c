import { HerculesError } from '@hercules/protocol';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const ACTIONS = ['index', 'create', 'update', 'delete'] as const;

export type BulkActionName = (typeof ACTIONS)[number];

/** What a line of a bulk body says is to be done with the document after it. */
export interface BulkAction {
  readonly name: BulkActionName;
  readonly index: string | undefined;
  readonly id: string | undefined;
}

/** Where the document of an action is; nowhere (0, 0) for one that has none. */
export type VisitItem = (action: BulkAction, start: number, end: number) => void;

/**
 * Goes through the body of `_bulk`: lines of JSON, an action and its document by turns. Empty lines are passed over, a carriage return before the newline too.
 * @throws HerculesError INVALID_ARGUMENT for an action that cannot be understood: what follows could not be told apart
 */
export function eachBulkItem(body: Buffer, visit: VisitItem): void {
  let position = 0;
  let lineNumber = 0;
  let actionStart = 0;
  let actionEnd = 0;
  let action: BulkAction | undefined;
  while (position < body.length) {
    const newline = body.indexOf(NEWLINE, position);
    const next = newline < 0 ? body.length : newline + 1;
    const start = position;
    const end = trimmedEnd(body, start, newline < 0 ? body.length : newline);
    position = next;
    lineNumber++;
    if (end === start) continue;
    // Most shippers write the same action before every document.
    if (action === undefined || body.compare(body, start, end, actionStart, actionEnd) !== 0) {
      action = readAction(body.toString('utf8', start, end), lineNumber);
      actionStart = start;
      actionEnd = end;
    }
    if (action.name === 'delete') {
      visit(action, 0, 0);
      continue;
    }
    if (position >= body.length) throw malformed(lineNumber, 'the document of the action is missing');
    const documentNewline = body.indexOf(NEWLINE, position);
    const documentEnd = documentNewline < 0 ? body.length : documentNewline;
    visit(action, position, documentEnd);
    position = documentEnd + 1;
    lineNumber++;
  }
}

function trimmedEnd(body: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && (body[at - 1] === CARRIAGE_RETURN || body[at - 1] === SPACE)) at--;
  return at;
}

function readAction(line: string, lineNumber: number): BulkAction {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    throw malformed(lineNumber, `expected an action such as {"index":{}}, ${(cause as Error).message}`);
  }
  const members = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? Object.entries(parsed) : [];
  const [name, parameters] = members[0] ?? [];
  if (members.length !== 1 || !isAction(name)) throw malformed(lineNumber, `expected one of ${ACTIONS.join(', ')} in an object`);
  const { _index: index, _id: id } = (parameters ?? {}) as { _index?: unknown; _id?: unknown };
  return { name, index: textOf(index), id: textOf(id) };
}

function isAction(name: string | undefined): name is BulkActionName {
  return ACTIONS.includes(name as BulkActionName);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}

function malformed(lineNumber: number, what: string): HerculesError {
  return new HerculesError('INVALID_ARGUMENT', `Line ${lineNumber} of the body: ${what}`);
}
