import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaConfigSchema, saslOptions, tlsOptions } from './config.ts';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
}

describe('kafkaConfigSchema', () => {
  it('has defaults that reach a broker on this machine in plain text', () => {
    const config = kafkaConfigSchema.parse({});
    expect(config).toMatchObject({
      brokers: ['127.0.0.1:9092'],
      clientId: 'hercules',
      connectionTimeoutMs: 3000,
      requestTimeoutMs: 10_000,
    });
    expect(tlsOptions(config)).toBeUndefined();
    expect(saslOptions(config)).toBeUndefined();
  });

  it.each([[['kafka']], [['kafka:']], [[':9092']], [['a b:9092']], [[]]])('refuses brokers %j', (brokers) => {
    expect(kafkaConfigSchema.safeParse({ brokers }).success).toBe(false);
  });

  it('refuses an unknown mechanism and a time-out that is none', () => {
    expect(kafkaConfigSchema.safeParse({ sasl: { mechanism: 'gssapi' } }).success).toBe(false);
    expect(kafkaConfigSchema.safeParse({ requestTimeoutMs: 0 }).success).toBe(false);
  });
});

describe('tlsOptions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-config-'));
  const file = (name: string): string => join(folder, name);
  beforeAll(() => {
    for (const name of ['ca', 'cert', 'key']) writeFileSync(file(name), `PEM of ${name}`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads the files', () => {
    const tls = { enabled: true, caFile: file('ca'), certFile: file('cert'), keyFile: file('key'), serverName: 'kafka.example' };
    expect(tlsOptions(kafkaConfigSchema.parse({ tls }))).toEqual({
      ca: Buffer.from('PEM of ca'),
      cert: Buffer.from('PEM of cert'),
      key: Buffer.from('PEM of key'),
      servername: 'kafka.example',
    });
  });

  it('trusts the system when no authority is named', () => {
    expect(tlsOptions(kafkaConfigSchema.parse({ tls: { enabled: true } }))).toEqual({});
  });

  it('names the setting and the file that cannot be read', () => {
    const config = kafkaConfigSchema.parse({ tls: { enabled: true, caFile: file('missing') } });
    expect(codeOf(() => tlsOptions(config))).toBe('BAD_CONFIG');
    expect(() => tlsOptions(config)).toThrow(/kafka\.tls\.caFile .*missing/);
  });

  it('reads nothing while TLS is off', () => {
    expect(tlsOptions(kafkaConfigSchema.parse({ tls: { caFile: file('missing') } }))).toBeUndefined();
  });
});

describe('saslOptions', () => {
  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('hands over %s with user and password', (mechanism) => {
    const sasl = { mechanism, username: 'u', password: 'p' };
    expect(saslOptions(kafkaConfigSchema.parse({ sasl }))).toEqual(sasl);
  });

  it.each([{ username: 'u' }, { password: 'p' }, {}])('refuses half an account: %j', (account) => {
    const config = kafkaConfigSchema.parse({ sasl: { mechanism: 'plain', ...account } });
    expect(codeOf(() => saslOptions(config))).toBe('BAD_CONFIG');
    expect(() => saslOptions(config)).not.toThrow(/\bp\b/);
  });
});
