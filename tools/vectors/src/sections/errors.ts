import { BatchChecker, ProtocolError } from '@hercules/protocol';
import { decodeVector, type VectorKind } from '@hercules/protocol/vectors';
import { expectThrown } from '../report.ts';

/** A vector with an error: the reader and the gateway's check both find it (protocol §8). */
export function checkError(kind: VectorKind, bytes: Buffer, error: string): void {
  const isError = (thrown: unknown): boolean => thrown instanceof ProtocolError && thrown.kind === error;
  expectThrown(() => decodeVector(kind, bytes), isError, `the reader to throw ${error}`);
  const batch = kind === 'event' ? Buffer.concat([Buffer.from([0, 0, 0, 1]), bytes]) : bytes;
  if (kind === 'event' || kind === 'batch') {
    expectThrown(() => new BatchChecker().check(batch), isError, `the batch checker to throw ${error}`);
  }
}
