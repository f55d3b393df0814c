import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { unpackZip } from './zip-archive.ts';

interface File {
  name: string;
  content: string;
  mode: number;
  stored?: boolean;
}

/** Writes a zip archive by the book (APPNOTE 6.3 §4.3). */
function zip(files: readonly File[], { damage = 0 } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode, stored = false } of files) {
    const plain = Buffer.from(content);
    const packed = stored ? plain : deflateRawSync(plain);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(3, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE((crc32(plain) + damage) >>> 0, 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(plain.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE((mode << 16) >>> 0, 38);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), Buffer.from('ext'), packed);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + 3 + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(2, 20);
  return Buffer.concat([...parts, ...directory, end, Buffer.from('hi')]);
}

describe('unpackZip', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'zip-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const unpack = (bytes: Buffer): Promise<number> => {
    writeFileSync(join(folder, 'a.zip'), bytes);
    return unpackZip(join(folder, 'a.zip'), join(folder, 'out'));
  };

  it('restores files, folders and executable bits', async () => {
    const count = await unpack(
      zip([
        { name: 'a/', content: '', mode: 0o40750, stored: true },
        { name: 'a/bin/run', content: '#!/bin/sh\n', mode: 0o100755 },
        { name: 'a/secret.yml', content: 'x: '.repeat(1000), mode: 0o100660 },
        { name: 'a/plain', content: 'stored', mode: 0o100644, stored: true },
      ]),
    );
    expect(count).toBe(4);
    expect(statSync(join(folder, 'out/a/bin/run')).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, 'out/a/secret.yml')).mode & 0o777).toBe(0o644);
    expect(readFileSync(join(folder, 'out/a/secret.yml'), 'utf8')).toBe('x: '.repeat(1000));
    expect(readFileSync(join(folder, 'out/a/plain'), 'utf8')).toBe('stored');
  });

  it('refuses damaged content, names that lead out, and what is no archive', async () => {
    await expect(unpack(zip([{ name: 'a', content: 'x', mode: 0o100644 }], { damage: 1 }))).rejects.toThrow(/damaged/);
    await expect(unpack(zip([{ name: '../b', content: 'x', mode: 0o100644 }]))).rejects.toThrow(/outside/);
    expect(existsSync(join(folder, 'b'))).toBe(false);
    await expect(unpack(Buffer.from('no archive at all'))).rejects.toThrow(/not a zip/);
  });
});
