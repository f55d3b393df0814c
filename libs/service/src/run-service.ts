import { setFlagsFromString } from 'node:v8';
import { HerculesError } from '@hercules/protocol';
import type { z } from 'zod';
import type { ServiceConfig } from './config-schemas.ts';
import { EXIT_BAD_CONFIG } from './exit-codes.ts';
import { loadConfig } from './load-config.ts';
import { createLogger } from './logger.ts';
import { helpText, printableConfig } from './print-config.ts';
import type { ServiceContext } from './service-context.ts';
import { ServiceProcess } from './service-process.ts';
import { workerNumber } from './worker-process.ts';

export interface ServiceDefinition<S extends z.ZodObject> {
  /** Application id, e.g. `elastic-sink`. */
  readonly name: string;
  readonly description: string;
  readonly version?: string;
  /** Its settings; with a setting `workers` (workersSchema) the app runs as that many processes. */
  readonly schema: S;
  /** How far V8's heap may grow beyond what lives before all of it is looked through, in percent of that; 300 unless told. Less saves memory and costs CPU. */
  readonly heapGrowthPercent?: number;
  /** Puts the parts together and starts them; registers with `lifecycle.onStop` how each stops. RUNNING when it resolves. */
  start(context: ServiceContext<z.infer<S>>): Promise<void>;
}

/**
 * Events pass through buffers, which V8 counts with its heap. That is small, so by default a few megabytes of buffers are enough for all of it to be looked through again, several times a second under
 * load. With room for four times of what lives it is looked through a few times a minute.
 */
const HEAP_GROWTH_PERCENT = 300;

/** The skeleton of every app: settings, logger, metrics, states, signals, workers, stop (docs/components.md). Sets the exit code of the process. */
export function runService<S extends z.ZodObject>(definition: ServiceDefinition<S>): void {
  const { name, description, schema, heapGrowthPercent = HEAP_GROWTH_PERCENT } = definition;
  setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`);
  try {
    const loaded = loadConfig(schema, { args: process.argv.slice(2), env: process.env });
    if (loaded.task === 'help') process.stdout.write(helpText(name, description, loaded.settings));
    else if (loaded.task === 'print') process.stdout.write(printableConfig(loaded.config, loaded.settings));
    else {
      const config = loaded.config as z.infer<S> & ServiceConfig & { workers?: number | 'auto' };
      const logger = createLogger(name, config, { worker: workerNumber() });
      if (loaded.ignoredVariables.length > 0)
        logger.debug({ variables: loaded.ignoredVariables }, 'environment variables that are no settings of this app');
      void new ServiceProcess(definition, config, logger).run();
    }
  } catch (error) {
    if (!(error instanceof HerculesError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = EXIT_BAD_CONFIG;
  }
}
