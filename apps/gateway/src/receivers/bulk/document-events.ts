import { HerculesError, msToTicks, parseIsoTicks, TICKS_PER_DAY, TICKS_PER_MS, TICKS_PER_SECOND, uuidFromBytes } from '@hercules/protocol';
import { asHerculesError } from '../../batch-intake.ts';
import type { EventBudget } from '../door/event-budget.ts';
import type { EventCollector } from '../door/event-collector.ts';
import { JsonKind, type JsonTape } from '../door/json-tape.ts';
import type { RequestIds } from '../door/request-ids.ts';
import type { BulkAction } from './bulk-body.ts';
import type { BulkItems } from './bulk-items.ts';
import { find } from './document-mapping.ts';
import type { IndexRule, IndexRules } from './index-rules.ts';

const TIMESTAMP = ['@timestamp'];

export interface DocumentLimits {
  readonly budget: EventBudget;
  readonly maxAgeDays: number;
  readonly maxAheadDays: number;
}

/** Makes the events of one request's documents, and says of each what became of it. */
export class DocumentEvents {
  readonly #rules: IndexRules;
  readonly #collector: EventCollector;
  readonly #ids: RequestIds;
  readonly #limits: DocumentLimits;
  readonly #items: BulkItems;
  readonly #tape: JsonTape;
  readonly #nowTicks = msToTicks(Date.now());
  #position = 0;

  /** @param tape for the document in hand */
  constructor(tape: JsonTape, rules: IndexRules, collector: EventCollector, ids: RequestIds, limits: DocumentLimits, items: BulkItems) {
    this.#tape = tape;
    this.#rules = rules;
    this.#collector = collector;
    this.#ids = ids;
    this.#limits = limits;
    this.#items = items;
  }

  /**
   * Takes or refuses a document.
   * @param pathIndex the index that the request's path names
   * @throws HerculesError when the request as a whole takes too much
   */
  add(action: BulkAction, pathIndex: string | undefined, body: Buffer, start: number, end: number): void {
    const index = action.index ?? pathIndex;
    const position = this.#position++;
    const uuid = this.#ids.uuid(position);
    try {
      this.#write(action, index, position, uuid, body, start, end);
    } catch (error) {
      this.#collector.discard();
      this.#items.refuse(action, index, asItemError(error));
      return;
    }
    this.#items.taken(action, index!, action.id ?? uuidFromBytes(uuid));
    this.#limits.budget.check(this.#collector.byteLength);
  }

  #write(action: BulkAction, index: string | undefined, position: number, uuid: Buffer, body: Buffer, start: number, end: number): void {
    const rule = this.#ruleOf(action, index);
    const tape = this.#tape;
    tape.read(body, start, end);
    if (tape.kinds[0] !== JsonKind.OBJECT) throw new HerculesError('INVALID_EVENT', 'The document is no object');
    const writer = this.#collector.begin(rule.stream, position, this.#timeOf(rule), uuid);
    rule.mapping.write(writer, tape, rule.fixed);
    this.#collector.end();
  }

  #ruleOf({ name }: BulkAction, index: string | undefined): IndexRule {
    if (name === 'update' || name === 'delete') {
      throw new HerculesError('INVALID_ARGUMENT', `Events are never changed: of all actions only index and create are taken, not ${name}`);
    }
    if (index === undefined) throw new HerculesError('INVALID_ARGUMENT', 'Neither the action nor the path names an index');
    const rule = this.#rules.of(index);
    if (rule === undefined) throw new HerculesError('NOT_FOUND', `No rule names the index ${JSON.stringify(index.slice(0, 100))}`);
    return rule;
  }

  /** The document's own time; now for one without, or with one that cannot be read, which stays in the event as it is. */
  #timeOf({ numericTime }: IndexRule): bigint {
    const ticks = this.#documentTime(numericTime);
    if (ticks === undefined) return this.#nowTicks;
    const { maxAgeDays, maxAheadDays } = this.#limits;
    const age = this.#nowTicks - ticks;
    if (age > BigInt(maxAgeDays) * TICKS_PER_DAY || -age > BigInt(maxAheadDays) * TICKS_PER_DAY) {
      throw new HerculesError(
        'INVALID_EVENT',
        `@timestamp: expected at most ${maxAgeDays} days ago and ${maxAheadDays} ahead, got ${this.#tape.text(find(this.#tape, TIMESTAMP))}`,
      );
    }
    return ticks;
  }

  #documentTime(numericTime: IndexRule['numericTime']): bigint | undefined {
    const tape = this.#tape;
    const entry = find(tape, TIMESTAMP);
    if (entry < 0) return undefined;
    if (tape.kinds[entry] === JsonKind.STRING) return parseIsoTicks(tape.text(entry));
    if (tape.kinds[entry] !== JsonKind.INTEGER || tape.ends[entry]! - tape.starts[entry]! > 15) return undefined;
    return BigInt(tape.text(entry)) * (numericTime === 'seconds' ? TICKS_PER_SECOND : TICKS_PER_MS);
  }
}

/** What is wrong with JSON is wrong with the document, and so is a value that no event can hold. */
function asItemError(error: unknown): HerculesError {
  const known = asHerculesError(error);
  return known.code === 'MALFORMED_BATCH' ? new HerculesError('INVALID_EVENT', known.message, { cause: known }) : known;
}
