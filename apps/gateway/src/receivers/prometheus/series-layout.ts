import type { ProtoReader } from '../grpc/proto-reader.ts';
import type { LabelSet } from './label-set.ts';

/** Where the two versions of the message differ. Samples and histograms themselves are the same. */
export interface SeriesLayout {
  /** Keys of the fields of `TimeSeries`. */
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
  /** Key of the field of metadata; 0 if the version has none here. */
  readonly metadata: number;
  /**
   * Reads a field of labels, of a series or of an exemplar.
   * @returns false for a field that is none; it is not read then
   */
  readLabels(reader: ProtoReader, key: number, end: number, labels: LabelSet): boolean;
  /** After the last field of a series or an exemplar. */
  finishLabels(body: Buffer, labels: LabelSet): void;
  /** Range of the unit in the message `Metadata` up to `end`; an empty one if there is none. */
  readUnit(reader: ProtoReader, end: number): readonly [start: number, end: number];
}
