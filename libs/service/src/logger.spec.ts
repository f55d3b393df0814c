import { errorFields } from './error-fields.ts';
import { createLogger } from './logger.ts';

function logged(log: (logger: ReturnType<typeof createLogger>) => void, worker?: number): Record<string, unknown>[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  log(createLogger('app', { logLevel: 'info', instanceId: 'one' }, { destination, ...(worker === undefined ? {} : { worker }) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it('writes JSON lines with app, instance, level and time', () => {
  const [line, ...others] = logged((logger) => {
    logger.debug('not shown');
    logger.warn({ lagRecords: 5 }, 'behind');
  });
  expect(others).toEqual([]);
  expect(line).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    app: 'app',
    instance: 'one',
    lagRecords: 5,
    msg: 'behind',
  });
  expect(logged((logger) => logger.info('x'), 3)).toEqual([expect.objectContaining({ worker: 3 })]);
});

it('masks keys and passwords down to the third level', () => {
  const names = ['authorization', 'Authorization', 'apiKey', 'apikey', 'masterApiKey', 'masterapikey', 'masterKeys', 'password'];
  const secrets = Object.fromEntries(names.map((name) => [name, 'hush']));
  const [line] = logged((logger) => logger.info({ ...secrets, headers: secrets, req: { headers: { ...secrets, host: 'h' } } }, 'x'));
  expect(JSON.stringify(line)).not.toContain('hush');
  expect(line).toMatchObject({ apiKey: '***', req: { headers: { host: 'h', apikey: '***' } } });
});

it('shows of an error what it knows, never the request that came with it', () => {
  const cause = Object.assign(new TypeError('Authorization: Hercules apiKey hush is wrong; Basic hush'), { code: 'E1' });
  const error = Object.assign(new Error('it failed', { cause }), {
    meta: { request: { headers: { cookie: 'hush' } } },
    details: { index: 3 },
  });
  const [line] = logged((logger) => logger.error({ err: error }, 'x'));
  expect(JSON.stringify(line)).not.toContain('hush');
  expect(line!['err']).toMatchObject({
    type: 'Error',
    message: 'it failed',
    details: { index: 3 },
    cause: { type: 'TypeError', code: 'E1', message: 'Authorization: Hercules apiKey *** is wrong; Basic ***' },
  });
});

it('shows what is no error, and ends in a circle of causes', () => {
  expect(errorFields('hm')).toEqual({ type: 'string', message: 'hm' });
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(errorFields(error)).match(/"message":"round"/g)).toHaveLength(6);
});
