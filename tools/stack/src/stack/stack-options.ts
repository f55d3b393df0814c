import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StackError } from '../stack-error.ts';
import { type Signal, SIGNALS } from './stack-selection.ts';

export interface StackOptions {
  readonly command: 'start' | 'stop' | 'supervise';
  /** Return when all is ready instead of staying until Ctrl-C. */
  readonly detach: boolean;
  /** Start what sends telemetry of its own: the shop, and the shipper of the stack's logs and metrics. */
  readonly demo: boolean;
  /** Serve Zipkin's page. */
  readonly zipkin: boolean;
  /** Start only what these need; undefined = everything. */
  readonly only?: readonly Signal[];
  /** Absolute path; undefined = the usual one, or that of the running stack. */
  readonly dataDir?: string;
  /** First of consecutive ports; undefined = every server's usual port. */
  readonly portBase?: number;
}

export const USAGE = `usage: npm start -- [--detach] [--only SIGNALS] [--no-demo] [--zipkin] [--data-dir FOLDER] [--port-base PORT]
       npm run stop -- [--data-dir FOLDER]

  --detach          return when everything is ready; npm run stop ends it
  --only SIGNALS    start only what these need: logs, metrics, traces, annotations; several with commas between
  --no-demo         without the shop and without what ships the stack's own logs and metrics
  --zipkin          with Zipkin's page, to look at traces
  --data-dir FOLDER keep all data and logs there (default: .stack/data)
  --port-base PORT  use PORT and the ports after it instead of the usual ones`;

const MAX_PORT_BASE = 65_500;

/** Reads the command line. @throws StackError that says what is wrong with it */
export function parseStackOptions(args: readonly string[]): StackOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [command = 'start', ...rest] = positionals;
  if (!isCommand(command) || rest.length > 0) throw new StackError(`unexpected argument ${JSON.stringify(rest[0] ?? command)}\n${USAGE}`);
  const portBase = values['port-base'] === undefined ? undefined : Number(values['port-base']);
  if (portBase !== undefined && !(Number.isInteger(portBase) && portBase >= 1024 && portBase <= MAX_PORT_BASE)) {
    throw new StackError(`--port-base ${values['port-base']}: expected a number from 1024 to ${MAX_PORT_BASE}`);
  }
  const only = values.only === undefined ? undefined : readSignals(values.only);
  if (values.zipkin && only && !only.includes('traces')) throw new StackError('--zipkin shows traces: add them to --only');
  return {
    command,
    detach: values.detach,
    demo: values.demo,
    zipkin: values.zipkin,
    ...(only === undefined ? {} : { only }),
    ...(values['data-dir'] === undefined ? {} : { dataDir: resolve(values['data-dir']) }),
    ...(portBase === undefined ? {} : { portBase }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        detach: { type: 'boolean', default: false },
        demo: { type: 'boolean', default: true },
        zipkin: { type: 'boolean', default: false },
        only: { type: 'string' },
        help: { type: 'boolean', default: false, short: 'h' },
        'data-dir': { type: 'string' },
        'port-base': { type: 'string' },
      },
    });
  } catch (error) {
    throw new StackError(`${(error as Error).message.split('. ')[0]}\n${USAGE}`);
  }
}

function readSignals(text: string): Signal[] {
  return text.split(',').map((name) => {
    const signal = SIGNALS.find((candidate) => candidate === name.trim());
    if (signal === undefined) throw new StackError(`--only ${text}: expected ${SIGNALS.join(', ')}, several with commas between`);
    return signal;
  });
}

function isCommand(text: string): text is StackOptions['command'] {
  return text === 'start' || text === 'stop' || text === 'supervise';
}
