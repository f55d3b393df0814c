import { tag } from '@hercules/protocol';
import { waitFor } from '../src/wait-for.ts';
import { type Audited, AuditStand, totals } from './audit-stand.ts';

jest.setTimeout(180_000);

const EVENTS = 6000;

/** Events through a real gateway, Kafka and sinks that are killed: the stages' counts agree, and what differs has a name. */
describe('the delivery audit', () => {
  const stand = new AuditStand();

  beforeAll(() => stand.open());
  afterAll(() => stand.close());

  /** The audit once it fits; the last one in the message when it does not in time. */
  const auditThat = async (stream: string, what: string, fits: (audit: Audited) => boolean, timeoutMs = 30_000): Promise<Audited> => {
    let audit: Audited | undefined;
    try {
      await waitFor(async () => fits((audit = await stand.audit(stream))), timeoutMs, what);
    } catch (error) {
      const seen = audit?.minutes.filter(({ topic, gateway }) => topic.records + gateway.acknowledged > 0);
      throw new Error(`${(error as Error).message}: ${JSON.stringify({ gaps: audit?.gaps, seen }, null, 1)}`, { cause: error });
    }
    return audit!;
  };

  it('counts every event once at each stage, although partitions move and sinks are killed in the midst of their work', async () => {
    const stream = await stand.createStream('logs');
    const group = stand.named('elastic-sink');
    const first = await stand.startSink('elastic-sink', stream);
    const sending = stand.send(
      stream,
      Array.from({ length: EVENTS }, () => stand.event()),
    );
    const untilStored = (share: number): Promise<unknown> =>
      waitFor(async () => (await stand.documents()) > EVENTS * share, 60_000, `${share} of the events are stored`);
    await untilStored(0.1);
    const second = await stand.startSink('elastic-sink', stream);
    await untilStored(0.3);
    await first.kill();
    await untilStored(0.6);
    const third = await stand.startSink('elastic-sink', stream);
    await second.kill();
    await sending;
    await waitFor(async () => (await stand.lag('elastic-sink', stream)) === 0, 60_000, 'everything is stored');
    const audit = await auditThat(
      stream,
      'all is counted',
      (now) => totals(now).sinks[group]?.written === EVENTS && totals(now).acknowledged === EVENTS,
    );
    expect(totals(audit)).toMatchObject({
      acknowledged: EVENTS,
      records: EVENTS,
      late: 0,
      sinks: { [group]: { written: EVENTS, filtered: 0, deadLettered: 0, pending: 0, unknown: 0, missing: 0 } },
    });
    expect(await stand.documents()).toBe(EVENTS);
    await third.stop();
  });

  it('names dead letters, late events, records past the gateways, and what waits', async () => {
    const stream = await stand.createStream('traces');
    const group = stand.named('cassandra-sink');
    const sink = await stand.startSink('cassandra-sink', stream);
    await stand.send(stream, [
      ...Array.from({ length: 200 }, () => stand.span()),
      ...Array.from({ length: 5 }, () => stand.event({ noTraceId: tag.string('x') })),
      ...Array.from({ length: 11 }, () => ({ ...stand.span(), timestamp: stand.event({}, 20 * 60_000).timestamp })),
    ]);
    await auditThat(
      stream,
      'all is stored',
      (now) => totals(now).sinks[group]?.written === 211 && totals(now).sinks[group].deadLettered === 5,
    );
    await sink.stop();
    await stand.sendToTopic(
      stream,
      Array.from({ length: 7 }, () => stand.span()),
    );
    // Differences between gateway and topic are named when the minute is over.
    const audit = await auditThat(stream, 'the minute is over', ({ gaps }) => gaps.some(({ kind }) => kind === 'uncounted'), 90_000);
    expect(audit.isComplete).toBe(false);
    expect(audit.gaps.map(({ kind, stage, events }) => [kind, stage, events]).sort()).toEqual([
      ['dead_lettered', group, 5],
      ['late', 'gateway', 11],
      ['pending', group, 7],
      ['uncounted', 'gateway', 7],
    ]);
    const again = await stand.startSink('cassandra-sink', stream);
    const whole = await auditThat(
      stream,
      'nothing waits',
      // The counts of what was written come after the commit.
      (now) => !now.gaps.some(({ kind }) => kind === 'pending' || kind === 'unknown') && totals(now).sinks[group]?.written === 218,
    );
    expect(whole.isComplete).toBe(true);
    expect(totals(whole).sinks[group]).toMatchObject({ written: 218, deadLettered: 5, pending: 0, unknown: 0, missing: 0 });
    await again.stop();
  });

  it('counts dead letters that are sent again as arrivals', async () => {
    const stream = stand.named('traces');
    const before = totals(await stand.audit(stream)).acknowledged;
    const report = JSON.parse(await stand.post(`/deadletters/resend?all&source=${stream}`)) as { sent: number };
    expect(report.sent).toBe(5);
    await auditThat(stream, 'the resent events are counted', (now) => totals(now).acknowledged === before + 5);
  });

  it('says unknown, not missing, of what a gateway took with it when it was killed', async () => {
    const stream = await stand.createStream('killed');
    const gateway = await stand.startGateway();
    stand.use(gateway);
    await stand.send(
      stream,
      Array.from({ length: 300 }, () => stand.event()),
    );
    await gateway.kill();
    const audit = await auditThat(
      stream,
      'the minute is over',
      ({ minutes }) => minutes.every(({ isOpen, topic }) => !isOpen || topic.records === 0),
      90_000,
    );
    const { acknowledged, records } = totals(audit);
    expect(records).toBe(300);
    // The kill came within a moment of the sending: what was published by then is counted.
    expect(audit.gaps.map(({ kind }) => kind)).toEqual(acknowledged === 300 ? [] : ['uncounted']);
    expect(audit.isComplete).toBe(true);
  });
});
