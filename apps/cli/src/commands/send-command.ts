import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TickClock, UuidV1Generator } from '@hercules/protocol';
import type { Command } from 'commander';
import { textLines } from '../api/server-sent-events.ts';
import { CliError } from '../cli-error.ts';
import type { CliContext, Environment } from '../context.ts';
import { EventSender } from '../events/event-sender.ts';
import { followLines } from '../events/follow-lines.ts';
import { eventOfJson, eventOfText } from '../events/json-event.ts';
import { action } from './action.ts';

interface SendCommandOptions {
  readonly text?: boolean;
  readonly raw?: boolean;
  readonly follow?: boolean;
  readonly skipBad?: boolean;
}

const COUNT_BYTES = 4;

/** `hercules send` */
export function addSendCommand(program: Command, environment: Environment): void {
  program
    .command('send <stream> [file]')
    .description('Send events: JSON lines from a file or standard input; ends when Kafka has acknowledged them')
    .option('--text', 'lines are texts and no JSON: each becomes the tag message')
    .option('--raw', 'the file is one batch in the binary format')
    .option('--follow', 'go on with what comes to the file, through rotation, until Ctrl-C')
    .option('--skip-bad', 'tell of bad lines and go on')
    .action(
      action<SendCommandOptions>(environment, async (context, [stream, file], options) => {
        if (options.follow === true && file === undefined) throw CliError.usage('--follow needs a file');
        if (options.raw === true && (options.follow === true || options.text === true))
          throw CliError.usage('--raw goes neither with --follow nor with --text');
        const { signal, output } = context;
        if (options.raw === true) {
          const batch = await readBytes(context, file);
          const events = countOf(batch, file);
          await context.gateway.send(stream!, batch, signal);
          return output.result({ stream, sent: events, skipped: 0 }, () => `${events} events are sent to ${stream}.`);
        }
        const { sent, skipped } = await sendLines(context, stream!, file, options);
        output.result(
          { stream, sent, skipped },
          () => `${sent} events are sent to ${stream}${skipped > 0 ? `, ${skipped} bad lines skipped` : ''}.`,
        );
      }),
    );
}

async function sendLines(
  context: CliContext,
  stream: string,
  file: string | undefined,
  { text, follow, skipBad }: SendCommandOptions,
): Promise<{ sent: number; skipped: number }> {
  const { environment, output } = context;
  // A stop while following ends the reading, not the batch under way.
  const sending = follow === true ? new AbortController().signal : context.signal;
  const sender = new EventSender(context.gateway, stream, sending);
  const ticks = new TickClock();
  const uuids = new UuidV1Generator();
  let number = 0;
  let skipped = 0;
  const from = file ?? 'standard input';
  try {
    for await (const line of linesOf(context, file, follow === true)) {
      if (line === undefined) {
        await sender.flush();
        continue;
      }
      number++;
      if (line.trim() === '') continue;
      let event: Buffer;
      try {
        event = (text === true ? eventOfText : eventOfJson)(line, { timestamp: ticks.now(), uuid: uuids.next() });
      } catch (error) {
        const message = `${from}, line ${number}: ${(error as Error).message}`;
        if (skipBad !== true) {
          await sender.flush();
          throw CliError.usage(message, `${sender.sent} events before it are sent. --skip-bad goes on after bad lines.`);
        }
        skipped++;
        environment.stderr.write(output.isJson ? `${JSON.stringify({ skipped: { line: number, message } })}\n` : `${message}\n`);
        continue;
      }
      await sender.add(event);
    }
    await sender.flush();
  } catch (error) {
    if (!(error instanceof CliError) || error.hint?.includes('events before it')) throw error;
    throw new CliError(error.message, {
      exitCode: error.exitCode,
      hint: `${sender.sent} events are sent, those after them are not. ${error.hint ?? ''}`.trim(),
      ...(error.status === undefined ? {} : { status: error.status }),
      cause: error,
    });
  }
  return { sent: sender.sent, skipped };
}

function linesOf(context: CliContext, file: string | undefined, follow: boolean): AsyncIterable<string | undefined> {
  const { environment, clock, signal } = context;
  if (file === undefined || file === '-') return textLines(bytesOf(environment.stdin));
  const path = resolve(environment.cwd, file);
  return follow ? followLines(path, { clock, signal }) : readable(textLines(createReadStream(path)), file);
}

async function* readable(lines: AsyncIterable<string>, file: string): AsyncGenerator<string> {
  try {
    yield* lines;
  } catch (error) {
    throw CliError.usage(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
}

async function* bytesOf(input: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
}

async function readBytes({ environment }: CliContext, file: string | undefined): Promise<Buffer> {
  if (file !== undefined && file !== '-') {
    return readFile(resolve(environment.cwd, file)).catch((error: NodeJS.ErrnoException) => {
      throw CliError.usage(`${file} cannot be read: ${error.code}`);
    });
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytesOf(environment.stdin)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function countOf(batch: Buffer, file = 'standard input'): number {
  const count = batch.length < COUNT_BYTES ? -1 : batch.readInt32BE(0);
  if (count < 0) throw CliError.usage(`${file} is no batch`, 'Expected the binary format: a count of 4 bytes, and the events.');
  return count;
}
