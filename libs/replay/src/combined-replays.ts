import { HerculesError, type Logger } from '@hercules/protocol';
import type { ReplayJob } from './replay-job.ts';
import type { ReplayLoop } from './replay-loop.ts';
import type { ReplayExecutor } from './replay-runner.ts';

/** Several executors of one app; the first that accepts a replay executes it. */
export class CombinedReplays implements ReplayExecutor {
  readonly #executors: readonly ReplayExecutor[];

  constructor(executors: readonly ReplayExecutor[]) {
    this.#executors = executors;
  }

  accepts(job: ReplayJob): boolean {
    return this.#find(job) !== undefined;
  }

  open(job: ReplayJob, logger: Logger): ReplayLoop {
    const executor = this.#find(job);
    if (executor === undefined) throw new HerculesError('INTERNAL', `nothing here executes replays into ${JSON.stringify(job.target)}`);
    return executor.open(job, logger);
  }

  #find(job: ReplayJob): ReplayExecutor | undefined {
    return this.#executors.find((executor) => executor.accepts(job));
  }
}
