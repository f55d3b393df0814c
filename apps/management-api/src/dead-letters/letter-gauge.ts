import type { Logger } from '@hercules/protocol';
import type { LetterBox } from './letter-box.ts';

const REFRESH_MS = 30_000;

/** How many letters the dead-letter stream holds, asked for now and then, for /metrics. */
export class LetterGauge {
  readonly #box: Pick<LetterBox, 'size'>;
  readonly #stream: string;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  /** undefined until Kafka has answered once */
  letters: number | undefined;

  constructor(box: Pick<LetterBox, 'size'>, stream: string, logger: Logger) {
    this.#box = box;
    this.#stream = stream;
    this.#logger = logger;
  }

  start(): void {
    void this.#refresh();
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #refresh(): Promise<void> {
    try {
      this.letters = await this.#box.size(this.#stream);
    } catch (error) {
      this.#logger.debug({ err: error, stream: this.#stream }, 'dead letters cannot be counted now');
    }
  }
}
