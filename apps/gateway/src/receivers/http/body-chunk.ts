/** Below this size the collector of short-lived objects is cheaper. */
const MIN_FREED_BYTES = 4096;

/**
 * Frees the memory of a chunk of a body at once; nobody may read it any more. Node's HTTP parser copies every chunk into memory of its own
 * outside the heap. Left to the garbage collector, tens of thousands of them a second make it run all the time (measured: half of the CPU at
 * 1000 events a request, and 70 MB more). Moving the bytes to a buffer of no length frees them without it.
 *
 * A chunk that is a part of larger memory is left alone, because others may use the rest.
 */
export function freeChunk(chunk: Buffer): void {
  const memory = chunk.buffer;
  if (memory.byteLength !== chunk.length || chunk.length < MIN_FREED_BYTES || !(memory instanceof ArrayBuffer)) return;
  memory.transfer(0);
}
