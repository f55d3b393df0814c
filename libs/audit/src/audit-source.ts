/** Counts of one key that Kafka does not have yet. */
export interface AuditChange {
  readonly stream: string;
  readonly key: string;
  readonly value: object;
  /** Called once Kafka has acknowledged exactly this. */
  kept(): void;
}

/** Something that counts. */
export interface AuditSource {
  /** What has changed since it was last kept. */
  changes(): Iterable<AuditChange>;
}
