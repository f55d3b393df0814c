import type { ItemFailure, WriteReport } from '@hercules/sink';
import { type ErrorPolicy, isRetryable } from './error-types.ts';

/** What is asked of a `_bulk` answer: `filter_path=errors,items.*.status,items.*.error`. */
export interface BulkResponse {
  readonly errors: boolean;
  readonly items: readonly Record<string, BulkItem>[];
}

interface BulkItem {
  readonly status: number;
  readonly error?: unknown;
}

export const BULK_FILTER_PATH = 'errors,items.*.status,items.*.error';

const OK = 200;
const TOO_MANY_REQUESTS = 429;

/**
 * Reads the answer item by item: 201 is new, 200 was there already (a redelivery overwrites the same id), an error is classified by its type.
 * @param size documents in the request
 * @throws Error when the answer does not have one item for each document: then nothing is known, and the request is repeated
 */
export function readBulkResponse(response: BulkResponse, size: number, policy: ErrorPolicy): WriteReport {
  if (!Array.isArray(response.items) || response.items.length !== size) {
    throw new Error(`expected ${size} items in the answer to _bulk, got ${Array.isArray(response.items) ? response.items.length : 'none'}`);
  }
  const failures: ItemFailure[] = [];
  const duplicatedItems: number[] = [];
  let overloaded = false;
  for (let item = 0; item < size; item++) {
    const { status, error } = itemOf(response.items[item]!);
    if (error === undefined) {
      if (status === OK) duplicatedItems.push(item);
      continue;
    }
    if (status === TOO_MANY_REQUESTS) overloaded = true;
    failures.push(failureOf(item, status, error, policy));
  }
  return { failures, duplicated: duplicatedItems.length, duplicatedItems, overloaded };
}

function itemOf(item: Record<string, BulkItem>): BulkItem {
  for (const action in item) return item[action]!;
  throw new Error('an item in the answer to _bulk is empty');
}

function failureOf(item: number, status: number, error: unknown, policy: ErrorPolicy): ItemFailure {
  if (typeof error !== 'object' || error === null || typeof (error as { type?: unknown }).type !== 'string') {
    return { item, outcome: 'dead', reason: 'unknown_error', error: JSON.stringify(error) };
  }
  const { type } = error as { type: string };
  return { item, outcome: isRetryable(type, status, policy) ? 'retry' : 'dead', reason: type, error: JSON.stringify(error) };
}
