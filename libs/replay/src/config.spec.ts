import { replayConfigSchema } from './config.ts';

it('takes no name that is that of the executors without a sink: they would share a group, and each leave the work of the other', () => {
  const { error } = replayConfigSchema.safeParse({ name: 'streams' });
  expect(error?.issues[0]?.message).toBe('expected another name than streams: it is that of the apps which copy into streams');
  expect(replayConfigSchema.parse({ name: 'elastic-sink' }).name).toBe('elastic-sink');
});
