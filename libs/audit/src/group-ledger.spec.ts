import type { AuditSource } from './audit-source.ts';
import { blockOf, recordsOf } from './block.fixture.ts';
import { GroupLedger } from './group-ledger.ts';

const MINUTE = 29_000_000;

/** Publishes into a map, unless it is told not to answer. */
class MapPublisher {
  readonly published = new Map<string, object>();
  isAnswering = true;
  readonly #sources = new Set<AuditSource>();

  add(source: AuditSource): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }
  publish(): Promise<void> {
    if (!this.isAnswering) return new Promise(() => undefined);
    for (const source of this.#sources)
      for (const { key, value, kept } of source.changes()) {
        this.published.set(key, value);
        kept();
      }
    return Promise.resolve();
  }
  publishWithin(): Promise<void> {
    return this.publish();
  }
}

const key = (minute: number) => JSON.stringify(['sink', 'logs', 'group', 0, minute]);

describe('GroupLedger', () => {
  let publisher: MapPublisher;
  let ledger: GroupLedger;

  beforeEach(() => {
    publisher = new MapPublisher();
    ledger = new GroupLedger('app', 'group', publisher);
  });
  const settle = (first: number, count: number, minute: number, into = ledger) =>
    into.settled(blockOf(recordsOf(first, count, minute)), new Uint8Array(count));

  it('publishes a minute that is over before the commit that leaves it out of the note', async () => {
    settle(0, 3, MINUTE);
    await ledger.beforeCommit();
    expect(publisher.published.size).toBe(0);
    expect(ledger.note('logs', 0)).toContain(`"open":[${MINUTE},0,3,3`);
    settle(3, 2, MINUTE + 1);
    await ledger.beforeCommit();
    expect(publisher.published.get(key(MINUTE))).toMatchObject({ app: 'app', from: 0, to: 3, written: 3 });
    expect(ledger.note('logs', 0)).not.toContain('closed');
  });

  it('does not hold up a commit when the audit topic does not answer, and the note takes the counts along', async () => {
    publisher.isAnswering = false;
    settle(0, 3, MINUTE);
    settle(3, 2, MINUTE + 1);
    await ledger.beforeCommit();
    const note = ledger.note('logs', 0);
    expect(note).toContain(`"closed":[[${MINUTE},0,3,3`);
    publisher.isAnswering = true;
    const next = new GroupLedger('app', 'group', publisher);
    next.assigned([{ topic: 'logs', partition: 0, committed: 5, metadata: note }]);
    settle(5, 1, MINUTE + 1, next);
    await publisher.publish();
    expect(publisher.published.get(key(MINUTE))).toMatchObject({ from: 0, to: 3, written: 3 });
    expect(publisher.published.get(key(MINUTE + 1))).toMatchObject({ from: 3, to: 6, written: 3 });
  });

  it('publishes what it has when its partitions are taken, and begins anew when they come back', async () => {
    settle(0, 3, MINUTE);
    ledger.revoked([{ topic: 'logs', partition: 0 }]);
    expect(publisher.published.get(key(MINUTE))).toMatchObject({ written: 3 });
    expect(ledger.note('logs', 0)).toBe('');
    ledger.assigned([{ topic: 'logs', partition: 0, committed: 7, metadata: '' }]);
    settle(7, 1, MINUTE);
    await publisher.publish();
    expect(publisher.published.get(key(MINUTE))).toMatchObject({ from: 7, to: 8, written: 1 });
  });

  it('publishes at the end', async () => {
    settle(0, 3, MINUTE);
    await ledger.close();
    expect(publisher.published.get(key(MINUTE))).toMatchObject({ written: 3 });
  });
});
