import { hostname } from 'node:os';
import { parseArgs } from 'node:util';

/** Where the API key stands, so that it need not be among the arguments, which every user of the machine can see. */
const API_KEY_VARIABLE = 'HERCULES_DEMO_API_KEY';

export type CommonOption = 'port' | 'gateway' | 'apiKey' | 'environment' | 'host';

/**
 * Reads the arguments of a service: `--port`, `--gateway`, `--api-key`, `--environment`, `--host` and those of its own, all with a value. What cannot
 * be read ends the process with 2.
 * @param defaults of the service's own arguments and the port
 */
export function serviceOptions<K extends string>(
  defaults: Readonly<Record<K | 'port', string>>,
): Readonly<Record<K | CommonOption, string>> {
  const texts: Record<string, string> = {
    gateway: 'http://127.0.0.1:6306',
    'api-key': process.env[API_KEY_VARIABLE] ?? '',
    environment: 'local',
    host: hostname(),
    ...defaults,
  };
  const options = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { type: 'string' as const, default: text }]));
  try {
    const { 'api-key': apiKey, ...values } = parseArgs({ options }).values as Record<string, string>;
    if (!apiKey) throw new Error(`--api-key or ${API_KEY_VARIABLE} is missing`);
    return { ...values, apiKey } as Record<K | CommonOption, string>;
  } catch (error) {
    process.stderr.write(
      `${(error as Error).message}; expected ${Object.keys(texts)
        .map((name) => `--${name}`)
        .join(', ')}\n`,
    );
    process.exit(2);
  }
}

/** @throws Error unless the text is a number within the bounds */
export function numberOption(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text === '' || !(value >= least && value <= most)) throw new Error(`--${name} ${text}: expected a number from ${least} to ${most}`);
  return value;
}
