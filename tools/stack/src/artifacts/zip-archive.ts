import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_LENGTH = 22;
const ENTRY_LENGTH = 46;
const LOCAL_HEADER_LENGTH = 30;
const STORED = 0;
const DEFLATED = 8;
const SYMBOLIC_LINK = 0o120000;

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** File type and permissions as Unix writes them; 0 when the archive was not made on Unix. */
  readonly unixMode: number;
  readonly localHeaderOffset: number;
}

/**
 * Unpacks a zip archive (no encryption, no zip64: APPNOTE 6.3 §4.3) and gives every file the executable bits it was packed with. All files become
 * readable for everybody, because Elasticsearch runs as another user than the one that unpacks it.
 * @throws Error on a broken archive, a wrong checksum, or a name that leads out of `folder`
 */
export async function unpackZip(archive: string, folder: string): Promise<number> {
  const file = await open(archive);
  try {
    const { size } = await file.stat();
    const read = async (position: number, length: number): Promise<Buffer> => {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, position);
      if (bytesRead !== length) throw new Error(`${archive} is cut off`);
      return bytes;
    };
    const entries = await readDirectory(archive, size, read);
    for (const entry of entries) await unpackEntry(entry, folder, read);
    return entries.length;
  } finally {
    await file.close();
  }
}

type ReadAt = (position: number, length: number) => Promise<Buffer>;

/** The end record is the last thing in the file, followed only by a comment of at most 64 KiB. */
async function readDirectory(archive: string, fileSize: number, read: ReadAt): Promise<ZipEntry[]> {
  const tailLength = Math.min(fileSize, END_LENGTH + 0xffff);
  const tail = await read(fileSize - tailLength, tailLength);
  let end = tail.length - END_LENGTH;
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end--;
  if (end < 0) throw new Error(`${archive} is not a zip archive`);
  const count = tail.readUInt16LE(end + 10);
  const directory = await read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries: ZipEntry[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    if (directory.readUInt32LE(at) !== ENTRY_SIGNATURE) throw new Error(`${archive} has a broken directory`);
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      unixMode: directory.readUInt32LE(at + 38) >>> 16,
      localHeaderOffset: directory.readUInt32LE(at + 42),
      name: directory.toString('utf8', at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength),
    });
    at += ENTRY_LENGTH + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function unpackEntry(entry: ZipEntry, folder: string, read: ReadAt): Promise<void> {
  const target = join(folder, entry.name);
  if (!resolve(target).startsWith(resolve(folder) + sep)) throw new Error(`the archive names a file outside: ${entry.name}`);
  if (entry.name.endsWith('/')) {
    mkdirSync(target, { recursive: true });
    return;
  }
  const header = await read(entry.localHeaderOffset, LOCAL_HEADER_LENGTH);
  const start = entry.localHeaderOffset + LOCAL_HEADER_LENGTH + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = await read(start, entry.compressedSize);
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw new Error(`${entry.name} is packed by method ${entry.method}, which is not known here`);
  const content = entry.method === STORED ? packed : await inflate(packed, { maxOutputLength: Math.max(entry.size, 1) });
  if (content.length !== entry.size || crc32(content) !== entry.crc) throw new Error(`${entry.name} in the archive is damaged`);
  mkdirSync(dirname(target), { recursive: true });
  if ((entry.unixMode & 0o170000) === SYMBOLIC_LINK) {
    symlinkSync(content.toString('utf8'), target);
    return;
  }
  writeFileSync(target, content);
  chmodSync(target, entry.unixMode & 0o100 ? 0o755 : 0o644);
}
