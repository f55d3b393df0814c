import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';

/**
 * Asks at the terminal, unless --yes was given.
 * @throws CliError usage when nobody can be asked, failed when the answer is no
 */
export async function confirm({ environment }: CliContext, question: string, isYes: boolean | undefined): Promise<void> {
  if (isYes === true) return;
  const { stdin, stderr, signal } = environment;
  if (stdin.isTTY !== true) throw CliError.usage(`${question} Nobody can be asked here`, 'Say --yes to do it.');
  stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: stdin });
  try {
    const [answer] = (await Promise.race([once(lines, 'line', { signal }), once(lines, 'close', { signal })])) as [string?];
    if (!/^y(es)?$/i.test(answer?.trim() ?? '')) throw new CliError('Nothing was done');
  } finally {
    lines.close();
  }
}
