import { WireType } from '../grpc/proto-reader.ts';
import { isText } from './is-text.ts';
import type { SeriesLayout } from './series-layout.ts';

const lengthField = (number: number): number => number * 8 + WireType.LENGTH;

const LABEL = lengthField(1);
const LABEL_NAME = lengthField(1);
const LABEL_VALUE = lengthField(2);

/** `prometheus.TimeSeries`: each label is a message with its two texts. */
export const LAYOUT_V1: SeriesLayout = {
  samples: lengthField(2),
  exemplars: lengthField(3),
  histograms: lengthField(4),
  metadata: 0,

  readLabels(reader, key, end, labels) {
    if (key !== LABEL) return false;
    const labelEnd = reader.lengthEnd(end);
    let nameStart = labelEnd;
    let nameEnd = labelEnd;
    let valueStart = labelEnd;
    let valueEnd = labelEnd;
    while (reader.position < labelEnd) {
      const field = reader.key(labelEnd);
      if (field === LABEL_NAME) {
        nameEnd = reader.lengthEnd(labelEnd);
        nameStart = reader.take(nameEnd - reader.position, labelEnd);
      } else if (field === LABEL_VALUE) {
        valueEnd = reader.lengthEnd(labelEnd);
        valueStart = reader.take(valueEnd - reader.position, labelEnd);
      } else {
        reader.skip(field, labelEnd);
      }
    }
    const { buf } = reader;
    if (!isText(buf, nameStart, nameEnd) || !isText(buf, valueStart, valueEnd)) labels.refuse('a label is not UTF-8');
    labels.add(buf, nameStart, nameEnd, valueStart, valueEnd);
    return true;
  },

  finishLabels() {
    // Every label was complete in itself.
  },

  readUnit(reader, end) {
    reader.position = end;
    return [0, 0];
  },
};
