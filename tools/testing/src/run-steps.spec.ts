import { runSteps } from './run-steps.ts';
import { oneCheck, type Step } from './step.ts';

const step = (name: string, run: Step['run']): Step => ({ name, title: name, minutes: 1, run });
const context = () => ({ cwd: '/', env: {}, signal: new AbortController().signal });

describe('runSteps', () => {
  it('runs every step, whatever became of the others, and prints every failure', async () => {
    let printed = '';
    const steps = [
      step('first', () => Promise.resolve(oneCheck(true, ''))),
      step('second', () => Promise.reject(new Error('no server'))),
      step('third', () => Promise.resolve({ passed: 5, failed: 1, failures: ['a test failed'] })),
    ];
    expect(await runSteps(steps, context(), (text) => (printed += text))).toEqual({ passed: 6, failed: 2 });
    expect(printed).toContain('FAILED second: Error: no server');
    expect(printed).toContain('FAILED a test failed');
  });

  it('starts nothing more after an interruption', async () => {
    const interruption = new AbortController();
    const ran: string[] = [];
    const steps = ['first', 'second'].map((name) =>
      step(name, ({ signal }) => {
        ran.push(name);
        interruption.abort();
        expect(signal.aborted).toBe(true);
        return Promise.resolve(oneCheck(true, ''));
      }),
    );
    await runSteps(steps, { ...context(), signal: interruption.signal }, () => {});
    expect(ran).toEqual(['first']);
  });
});
