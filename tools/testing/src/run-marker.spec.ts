import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endProcessesOfDeadRuns, endProcessesOfRun, RUN_MARKER } from './run-marker.ts';

const start = (marker: string) => spawn('sleep', ['60'], { env: { ...process.env, [RUN_MARKER]: marker } });

(process.platform === 'linux' ? describe : describe.skip)('run marker', () => {
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
