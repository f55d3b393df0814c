import { type ProtoReader, WireType } from '../grpc/proto-reader.ts';
import { type LabelSet, MAX_LABELS } from './label-set.ts';
import type { SeriesLayout } from './series-layout.ts';
import type { SymbolTable } from './symbol-table.ts';

const lengthField = (number: number): number => number * 8 + WireType.LENGTH;

const LABEL_REFS = lengthField(1);
const LABEL_REF = 1 * 8 + WireType.VARINT;
const UNIT_REF = 4 * 8 + WireType.VARINT;

/** `io.prometheus.write.v2.TimeSeries`: labels are pairs of references into the table of symbols, name and value. */
export class LayoutV2 implements SeriesLayout {
  readonly samples = lengthField(2);
  readonly histograms = lengthField(3);
  readonly exemplars = lengthField(4);
  readonly metadata = lengthField(5);
  readonly #symbols: SymbolTable;
  readonly #refs = new Uint32Array(2 * MAX_LABELS);
  #refCount = 0;

  constructor(symbols: SymbolTable) {
    this.#symbols = symbols;
  }

  readLabels(reader: ProtoReader, key: number, end: number): boolean {
    if (key === LABEL_REF) {
      this.#add(reader.uint32(end));
      return true;
    }
    if (key !== LABEL_REFS) return false;
    const refsEnd = reader.lengthEnd(end);
    while (reader.position < refsEnd) this.#add(reader.uint32(refsEnd));
    return true;
  }

  finishLabels(body: Buffer, labels: LabelSet): void {
    const count = this.#refCount;
    this.#refCount = 0;
    if (count > this.#refs.length) return labels.refuse(`there are more than ${MAX_LABELS} labels`);
    if (count % 2 === 1) return labels.refuse('the references to labels are not pairs');
    const symbols = this.#symbols;
    const { starts, ends } = symbols;
    for (let i = 0; i < count; i += 2) {
      const name = this.#refs[i]!;
      const value = this.#refs[i + 1]!;
      if (name >= symbols.count || value >= symbols.count) return labels.refuse('a label refers to a symbol that is not there');
      if (!symbols.isText(name) || !symbols.isText(value)) return labels.refuse('a label is not UTF-8');
      labels.add(body, starts[name]!, ends[name]!, starts[value]!, ends[value]!);
    }
  }

  readUnit(reader: ProtoReader, end: number): readonly [start: number, end: number] {
    let ref = 0;
    while (reader.position < end) {
      const key = reader.key(end);
      if (key === UNIT_REF) ref = reader.uint32(end);
      else reader.skip(key, end);
    }
    const symbols = this.#symbols;
    return ref < symbols.count && symbols.isText(ref) ? [symbols.starts[ref]!, symbols.ends[ref]!] : [0, 0];
  }

  #add(ref: number): void {
    if (this.#refCount < this.#refs.length) this.#refs[this.#refCount] = ref;
    this.#refCount++;
  }
}
