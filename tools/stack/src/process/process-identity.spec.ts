import { spawn } from 'node:child_process';
import { identify, isAlive, signalProcess } from './process-identity.ts';
import { stopProcess } from './stop-process.ts';

describe('process identity', () => {
  it('knows a process until it ends', async () => {
    const child = spawn('sleep', ['60']);
    const identity = identify(child.pid!)!;
    expect(isAlive(identity)).toBe(true);
    expect(await stopProcess(identity, 5000)).toBe('stopped');
    expect(isAlive(identity)).toBe(false);
    expect(await stopProcess(identity, 5000)).toBe('gone');
  });

  it('does not take another process with the same number for it', () => {
    const stranger = { pid: process.pid, startedAt: 'another time' };
    expect(isAlive(stranger)).toBe(false);
    expect(signalProcess(stranger, 'SIGKILL')).toBe(false);
  });

  it('kills a process that does not stop', async () => {
    const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(await stopProcess(identify(child.pid!)!, 200)).toBe('killed');
  });

  it('knows nothing of numbers that are no processes', () => {
    expect(identify(0)).toBeUndefined();
    expect(identify(2 ** 30)).toBeUndefined();
  });
});
