import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identify, isAlive } from '@hercules/stack';
import { endProcessesOfDeadRuns, endProcessesOfRun, RUN_MARKER } from './run-marker.ts';

const start = (marker: string) => spawn('sleep', ['60'], { env: { ...process.env, [RUN_MARKER]: marker } });

(process.platform === 'linux' ? describe : describe.skip)('run marker', () => {
  it('finds what they have started without it', async () => {
    const marker = '1/test of the marker, with a child';
    const shell = spawn('sh', ['-c', 'env -i sleep 60 & echo $!; wait'], { env: { ...process.env, [RUN_MARKER]: marker } });
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const child = identify(Number(line.toString()))!;
    expect(isAlive(child)).toBe(true);
    expect(await endProcessesOfRun(marker)).toBe(2);
    expect(isAlive(child)).toBe(false);
  });

  it('finds the processes of a run and no others', async () => {
    const [own, other] = [start('1/test of the marker, mine'), start(`${process.pid}/test of the marker, other`)];
    const ended = once(own, 'exit');
    expect(await endProcessesOfRun('1/test of the marker, mine')).toBe(1);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(other.exitCode).toBeNull();
    const otherEnded = once(other, 'exit');
    expect(await endProcessesOfDeadRuns()).toBeGreaterThanOrEqual(1);
    expect(await otherEnded).toEqual([null, 'SIGKILL']);
  });
});
