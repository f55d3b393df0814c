import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createZipkinSite } from './zipkin-site.ts';

describe('createZipkinSite', () => {
  let folder: string;
  let api: Server;
  let site: Server;
  const port = (server: Server): number => (server.address() as AddressInfo).port;
  const get = async (path: string): Promise<{ status: number; type: string | null; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${port(site)}${path}`);
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'zipkin-'));
    mkdirSync(join(folder, 'page', 'static'), { recursive: true });
    writeFileSync(join(folder, 'page', 'index.html'), '<the page>');
    writeFileSync(join(folder, 'page', 'static', 'index.js'), 'the script');
    writeFileSync(join(folder, 'secret.txt'), 'not of the page');
    api = createServer(({ url, headers }, response) => response.writeHead(203).end(`${url} ${headers.authorization}`)).listen(
      0,
      '127.0.0.1',
    );
    await once(api, 'listening');
    site = createZipkinSite({ page: join(folder, 'page'), queryApi: `http://127.0.0.1:${port(api)}`, apiKey: 'k' }).listen(0, '127.0.0.1');
    await once(site, 'listening');
  });

  afterEach(() => {
    for (const server of [site, api]) server.close().closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  it('serves the page, whatever address inside of it is asked for', async () => {
    for (const path of ['/', '/zipkin/', '/zipkin/traces/0123']) {
      expect(await get(path)).toEqual({ status: 200, type: 'text/html; charset=utf-8', text: '<the page>' });
    }
    expect(await get('/zipkin/static/index.js')).toEqual({ status: 200, type: 'text/javascript; charset=utf-8', text: 'the script' });
    expect(JSON.parse((await get('/zipkin/config.json')).text)).toMatchObject({ searchEnabled: true });
  });

  it('hands requests of the API on, with the key', async () => {
    const { status, text } = await get('/zipkin/api/v2/traces?limit=1&serviceName=a%20b');
    expect([status, text]).toEqual([203, '/zipkin/api/v2/traces?limit=1&serviceName=a%20b Hercules apiKey k']);
  });

  it('says so when the API does not answer', async () => {
    api.close().closeAllConnections();
    expect((await get('/zipkin/api/v2/services')).status).toBe(502);
  });

  it.each(['/zipkin/..%2fsecret.txt', '/zipkin/%2e%2e/secret.txt', '/zipkin/static/..%2f..%2fsecret.txt'])(
    'gives no file outside: %s',
    async (path) => {
      // Not by fetch(), which would tidy the address.
      const asked = request({ port: port(site), path }).end();
      const [response] = (await once(asked, 'response')) as [AsyncIterable<Buffer>];
      let text = '';
      for await (const chunk of response) text += chunk.toString();
      expect(text).not.toContain('not of the page');
    },
  );

  it('only reads', async () => {
    expect((await fetch(`http://127.0.0.1:${port(site)}/zipkin/api/v2/spans`, { method: 'POST' })).status).toBe(405);
  });
});
