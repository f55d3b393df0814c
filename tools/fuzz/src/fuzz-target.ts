/** A parser under test. */
export interface FuzzTarget {
  /** Real inputs, from which others are made. */
  readonly seeds: readonly Buffer[];
  /** Inputs that are made to hurt; they are run as they are. */
  readonly hostile?: readonly Buffer[];
  /** What means something to the parser, to be put into inputs. */
  readonly tokens?: readonly Buffer[];
  /** What is done to an input after it was changed, for example compressing it. */
  readonly pack?: (input: Buffer) => Buffer;
  /**
   * Gives an input to the parser. HerculesError, but for INTERNAL, is a refusal; whatever else is thrown is a fault. Throws Mistaken for an input that
   * should not have been accepted, or was not accepted as it should.
   */
  run(input: Buffer): void | Promise<void>;
}

/** Something was accepted that cannot be right. */
export class Mistaken extends Error {}

/** Longest input that is made. */
export const MAX_INPUT_BYTES = 256 * 1024;
