import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './http-problem.ts';

const MOST_BYTES = 64 * 1024;

/** The body of a request. @throws HttpProblem 413 when it is too long, 400 when it is no JSON */
export async function readJson(request: IncomingMessage): Promise<{ value: unknown; bytes: number }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new HttpProblem(413, `expected at most ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return { value: undefined, bytes };
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString()) as unknown, bytes };
  } catch (error) {
    throw new HttpProblem(400, `the body is no JSON: ${(error as Error).message}`);
  }
}
