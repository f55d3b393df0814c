const FIRST_BYTES = 64 * 1024;
const PREPARED = 1;
const LENGTH_BYTES = 4;

/** An INSERT that the cluster has prepared. */
export interface PreparedInsert {
  readonly id: Buffer;
  /** How many values a row has, in the order of its columns. */
  readonly values: number;
}

/** Rows of one partition: the ranges of their bytes, and the item that each belongs to. */
export interface PartitionRows {
  /** Tells the driver which nodes have the partition. */
  readonly routingKey: Buffer;
  /** Start and end of each row's statement, one after the other. */
  readonly ranges: number[];
  readonly items: number[];
}

/**
 * Rows on their way to Cassandra, as the bytes of their statements, grouped by partition. A row is written by `beginRow`, its values in the
 * order of the columns, `endRow`. An item is what the sink loop knows a record by; it may have several rows.
 */
export class RowBatch {
  readonly partitions = new Map<string, PartitionRows>();
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;
  #rowStart = 0;

  /** The statements' bytes; positions in it are those of the ranges. Valid until the next row. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Bytes of all rows. */
  get length(): number {
    return this.#length;
  }

  reset(): void {
    this.partitions.clear();
    this.#length = 0;
  }

  beginRow(insert: PreparedInsert): void {
    this.#rowStart = this.#length;
    this.#room(1 + 2 + insert.id.length + 2);
    const bytes = this.#bytes;
    bytes[this.#length++] = PREPARED;
    bytes.writeUInt16BE(insert.id.length, this.#length);
    this.#length += 2 + insert.id.copy(bytes, this.#length + 2);
    this.#length = bytes.writeUInt16BE(insert.values, this.#length);
  }

  /** A blob, a uuid, or anything else that is its own bytes. */
  raw(source: Buffer, start: number, end: number): void {
    this.#room(LENGTH_BYTES + end - start);
    this.#length = this.#bytes.writeInt32BE(end - start, this.#length);
    this.#length += source.copy(this.#bytes, this.#length, start, end);
  }

  text(value: string): void {
    this.#room(LENGTH_BYTES + 3 * value.length);
    const written = this.#bytes.write(value, this.#length + LENGTH_BYTES, 'utf8');
    this.#bytes.writeInt32BE(written, this.#length);
    this.#length += LENGTH_BYTES + written;
  }

  bigint(value: bigint): void {
    this.#fixed(8);
    this.#length = this.#bytes.writeBigInt64BE(value, this.#length);
  }

  int(value: number): void {
    this.#fixed(4);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
  }

  smallint(value: number): void {
    this.#fixed(2);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
  }

  boolean(value: boolean): void {
    this.#fixed(1);
    this.#bytes[this.#length++] = value ? 1 : 0;
  }

  /**
   * Ends the row.
   * @param partition names its partition among those of all tables
   * @param routingKey makes the partition's routing key; called for the first row of a partition
   */
  endRow(item: number, partition: string, routingKey: () => Buffer): void {
    let rows = this.partitions.get(partition);
    if (rows === undefined) this.partitions.set(partition, (rows = { routingKey: routingKey(), ranges: [], items: [] }));
    rows.ranges.push(this.#rowStart, this.#length);
    rows.items.push(item);
  }

  #fixed(size: number): void {
    this.#room(LENGTH_BYTES + size);
    this.#length = this.#bytes.writeInt32BE(size, this.#length);
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** The routing key of a partition key of one column: its bytes. Of several columns: i16 length, bytes and a zero for each. */
export function compositeRoutingKey(columns: readonly Buffer[]): Buffer {
  return Buffer.concat(columns.flatMap((column) => [Buffer.of(column.length >> 8, column.length & 0xff), column, Buffer.of(0)]));
}
