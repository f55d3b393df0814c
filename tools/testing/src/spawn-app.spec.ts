import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnApp, type SpawnedApp } from './spawn-app.ts';

const SERVER = `
const server = require('node:http').createServer((_, response) => response.end());
server.listen(Number(process.env.HERCULES_HTTP_PORT), '127.0.0.1', () => console.log('listening', process.env.WORD));
process.on('SIGTERM', () => server.close(() => process.exit(3)));
`;

describe('spawnApp', () => {
  let folder: string;
  let app: SpawnedApp | undefined;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'app-'))));
  afterEach(async () => {
    await app?.kill();
    app = undefined;
    rmSync(folder, { recursive: true });
  });

  const write = (text: string): string => {
    const file = join(folder, 'main.cjs');
    writeFileSync(file, text);
    return file;
  };

  it('returns when the app is ready, and stops it', async () => {
    app = await spawnApp(write(SERVER), { WORD: 'hello' });
    expect(app.output()).toBe('listening hello\n');
    expect((await fetch(app.url)).status).toBe(200);
    expect(await app.stop()).toBe(3);
  });

  it('kills it', async () => {
    app = await spawnApp(write(SERVER));
    await app.kill();
    expect(await app.exited).toBe('SIGKILL');
  });

  it('tells the output of an app that ends', async () => {
    await expect(spawnApp(write('console.error("no such setting"); process.exit(2)'))).rejects.toThrow(
      /ended while it was starting[^]*no such setting/,
    );
  });
});
