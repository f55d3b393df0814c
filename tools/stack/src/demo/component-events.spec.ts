import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { EventWriter, type HerculesEvent, readBatch } from '@hercules/protocol';
import { identify } from '../process/process-identity.ts';
import { ProcessRecords } from '../stack/process-records.ts';
import { StackLayout } from '../stack/stack-layout.ts';
import { ComponentEvents } from './component-events.ts';

describe('ComponentEvents', () => {
  let folder: string;
  let layout: StackLayout;
  let records: ProcessRecords;
  let child: ChildProcess;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'component-events-'));
    layout = new StackLayout(folder);
    records = new ProcessRecords(layout);
    child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
  });
  afterEach(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const watch = (): { watcher: ComponentEvents; events: HerculesEvent[]; told: () => unknown[] } => {
    const events: HerculesEvent[] = [];
    const watcher = new ComponentEvents(layout, {
      add(write) {
        const writer = new EventWriter();
        write(writer);
        events.push(...readBatch(Buffer.from(writer.batch())));
      },
    });
    return { watcher, events, told: () => events.map(({ payload }) => payload.get('description')?.value) };
  };

  it('tells once that a component has started, and that it has ended by itself', async () => {
    records.save('managementApi', identify(child.pid!)!);
    const { watcher, told } = watch();
    watcher.look();
    watcher.look();
    expect(told()).toEqual(['management-api started']);
    child.kill('SIGKILL');
    await once(child, 'exit');
    watcher.look();
    watcher.look();
    expect(told()).toEqual(['management-api started', 'management-api ended by itself']);
    records.save('managementApi', identify(process.pid)!);
    watcher.look();
    expect(told()).toHaveLength(3);
  });

  it('gives the same event in another process of the demo', () => {
    records.save('gateway', identify(child.pid!)!);
    const [first, second] = [watch(), watch()];
    first.watcher.look();
    second.watcher.look();
    expect(first.events).toEqual(second.events);
  });

  it('says nothing about a process that it has never seen alive', async () => {
    records.save('gateway', identify(child.pid!)!);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { watcher, told } = watch();
    watcher.look();
    expect(told()).toEqual([]);
  });
});
