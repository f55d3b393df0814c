import type { Container, HerculesEvent, Value } from '../event.ts';
import { TICKS_PER_SECOND } from '../ticks.ts';

export interface GraphiteLineOptions {
  /** Names with tags (`name;key=value`) instead of the tags' values joined by dots. */
  readonly tags: boolean;
  /** Replace dots inside names and values too. */
  readonly replaceDots: boolean;
}

const DECIMALS = 6;
const NAME_KEY = '_name';
const TYPE_KEY = '__metrics_data_type';

/**
 * A metric event as a line of Graphite's plaintext protocol (sinks §3.1): `<name> <value> <unix seconds>\n`.
 * @returns undefined for an event that is no metric: no finite Double `value`, or no `tags`
 */
export function graphiteLine({ timestamp, payload }: HerculesEvent, options: GraphiteLineOptions): string | undefined {
  const value = payload.get('value');
  const tags = payload.get('tags');
  if (value?.type !== 'double' || !Number.isFinite(value.value)) return undefined;
  if (tags?.type !== 'vector' || tags.value.elementType !== 'container' || tags.value.elements.length === 0) return undefined;
  const pairs = tags.value.elements as readonly Container[];
  const name = options.tags ? taggedName(pairs, options) : plainName(pairs, options);
  return `${name} ${formatMetricValue(value.value)} ${timestamp / TICKS_PER_SECOND}\n`;
}

/** The values of all tags in order; their keys do not matter. */
function plainName(pairs: readonly Container[], options: GraphiteLineOptions): string {
  return pairs.map((pair) => sanitize(text(pair.get('value')), options)).join('.');
}

function taggedName(pairs: readonly Container[], options: GraphiteLineOptions): string {
  const entries = pairs.map((pair) => ({ key: text(pair.get('key')), value: sanitize(text(pair.get('value')), options) }));
  const name = entries.find(({ key }) => key === NAME_KEY)?.value ?? 'unknown';
  const tags = entries
    .filter(({ key }) => key !== NAME_KEY && key !== TYPE_KEY)
    .map(({ key, value }) => `;${sanitize(key, options)}=${value}`);
  const has = (wanted: string): boolean => entries.some(({ key }) => key === wanted);
  return `${name}${tags.join('')}${has('project') && !has('subproject') ? ';subproject=null' : ''}`;
}

function text(value: Value | undefined): string {
  return value?.type === 'string' ? value.value : 'null';
}

function sanitize(name: string, { replaceDots }: GraphiteLineOptions): string {
  return name.replace(replaceDots ? /[^A-Za-z0-9_:-]/g : /[^A-Za-z0-9_:.-]/g, '_');
}

/** Exactly six decimals: the shortest decimal digits of the number, rounded half to even. */
export function formatMetricValue(value: number): string {
  const [mantissa, exponent] = Math.abs(value).toExponential().split('e') as [string, string];
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?];
  const digits = BigInt(whole + fraction);
  const scale = Number(exponent) - fraction.length + DECIMALS;
  const millionths = scale >= 0 ? digits * 10n ** BigInt(scale) : divideHalfEven(digits, 10n ** BigInt(-scale));
  const padded = millionths.toString().padStart(DECIMALS + 1, '0');
  return `${value < 0 ? '-' : ''}${padded.slice(0, -DECIMALS)}.${padded.slice(-DECIMALS)}`;
}

function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}
