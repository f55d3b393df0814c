export type FaultKind =
  /** Something other than a refusal was thrown. */
  | 'crash'
  /** Something was accepted that cannot be right. */
  | 'mistake'
  /** One input took too much CPU time. */
  | 'hang'
  /** The process grew too large. */
  | 'memory';

export interface Fault {
  readonly target: string;
  readonly seed: number;
  readonly iteration: number;
  readonly kind: FaultKind;
  readonly message: string;
}

/** What a run of a target came to. */
export interface FuzzReport {
  readonly target: string;
  readonly iterations: number;
  /** Inputs that were taken; the others were refused. */
  readonly accepted: number;
  readonly faults: readonly Fault[];
}
