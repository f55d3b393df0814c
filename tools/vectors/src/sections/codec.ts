import { BatchChecker, type HerculesEvent, ProtocolError, readEvent, WIDEST_CHECK_LIMITS } from '@hercules/protocol';
import { decodeVector, encodeVector, VECTOR_KINDS, vectorJson, type VectorKind } from '@hercules/protocol/vectors';
import { expectEqual } from '../report.ts';
import type { Section } from '../section.ts';
import { checkError } from './errors.ts';

/**
 * `vectors`: those without an error decode to their json, and the json encodes to exactly their bytes. A note may say that the bytes are not
 * canonical; then the json has to survive the way there and back instead. Those with an error are the business of errors.ts.
 */
export const codec: Section = {
  key: 'vectors',
  run(section, _events, report) {
    for (const vector of section.list()) {
      const name = vector.at('name').text();
      const kind = vector.at('kind').oneOf(VECTOR_KINDS);
      const bytes = vector.at('hex').hex();
      if (vector.has('error')) {
        report.check(`errors/${name}`, () => checkError(kind, bytes, vector.at('error').text()));
        continue;
      }
      const expected = vector.at('json').as(`json of the kind ${kind}`, (json) => vectorJson(kind, json));
      report.check(`codec/${name}`, () => checkCodec(kind, bytes, expected, vector.has('note')));
    }
  },
};

function checkCodec(kind: VectorKind, bytes: Buffer, expected: unknown, isNoted: boolean): void {
  const decoded = decodeVector(kind, bytes);
  expectEqual(decoded, expected, 'the decoded value');
  const encoded = encodeVector(kind, expected);
  if (!isNoted) expectEqual(encoded, bytes, 'the encoded json');
  else if (!encoded.equals(bytes)) expectEqual(decodeVector(kind, encoded), expected, 'the json after encoding and decoding');
  if (kind === 'batch') checkBatch(bytes, decoded as readonly HerculesEvent[]);
  if (kind !== 'event') return;
  expectEqual(readEvent(bytes, 0, WIDEST_CHECK_LIMITS).end, bytes.length, 'the length of the event');
  checkBatch(Buffer.concat([Buffer.from([0, 0, 0, 1]), bytes]), [decoded as HerculesEvent]);
}

/** The gateway's check takes what decodes, except for other versions and negative timestamps. */
function checkBatch(bytes: Buffer, events: readonly HerculesEvent[]): void {
  const isAcceptable = events.every(({ version, timestamp }) => version === 1 && timestamp >= 0n);
  try {
    const count = new BatchChecker(WIDEST_CHECK_LIMITS).check(bytes);
    expectEqual(isAcceptable, true, 'whether the event is acceptable, which the checker takes it for,');
    expectEqual(count, events.length, 'the number of events');
  } catch (error) {
    if (isAcceptable || !(error instanceof ProtocolError)) throw error;
    expectEqual(['bad-version', 'bad-timestamp'].includes(error.kind), true, `that ${error.kind} is about the version or the timestamp`);
  }
}
