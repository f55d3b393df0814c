import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';

export interface ZipkinSiteOptions {
  /** Folder of the page's files. */
  readonly page: string;
  /** Base URL of query-api. */
  readonly queryApi: string;
  /** Key that may read the traces. The page has no place to enter one, so this server adds it. */
  readonly apiKey: string;
}

const ROOT = '/zipkin/';
const API = `${ROOT}api/v2/`;
const API_TIMEOUT_MS = 60_000;
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};
/** What the page asks its server for first. Times in ms. */
const CONFIG = {
  environment: 'Hercules',
  queryLimit: 10,
  defaultLookback: 15 * 60_000,
  searchEnabled: true,
  dependency: { enabled: true, lowErrorRate: 0.5, highErrorRate: 0.75 },
};

/** Serves Zipkin's page and hands its requests to query-api. */
export function createZipkinSite(options: ZipkinSiteOptions): Server {
  return createServer((request, response) => {
    answer(request, response, options).catch((error: Error) => {
      if (response.headersSent) return response.destroy();
      send(response, 502, 'text/plain', `query-api does not answer: ${error.message}\n`);
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, options: ZipkinSiteOptions): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/status') return send(response, 200, 'text/plain', 'RUNNING\n');
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'only GET\n');
  if (!pathname.startsWith(ROOT)) return void response.writeHead(302, { location: ROOT }).end();
  if (pathname === `${ROOT}config.json`) return send(response, 200, 'application/json', JSON.stringify(CONFIG));
  if (pathname.startsWith(API)) return askQueryApi(response, `${pathname}${search}`, options);
  await sendFile(response, fileOf(options.page, pathname.slice(ROOT.length)));
}

async function askQueryApi(response: ServerResponse, path: string, { queryApi, apiKey }: ZipkinSiteOptions): Promise<void> {
  const reply = await fetch(`${queryApi}${path}`, {
    headers: { authorization: `Hercules apiKey ${apiKey}` },
    signal: AbortSignal.timeout(API_TIMEOUT_MS),
  });
  response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? 'application/json' });
  if (reply.body === null) return void response.end();
  await pipeline(Readable.fromWeb(reply.body), response);
}

/** Addresses inside of the page, such as traces/1234, are the page itself. */
function fileOf(page: string, path: string): string {
  // normalize() takes every ".." away that would lead above the root.
  const file = join(page, normalize(`/${decodeURIComponent(path)}`));
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : join(page, 'index.html');
}

async function sendFile(response: ServerResponse, file: string): Promise<void> {
  response.writeHead(200, { 'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream' });
  await pipeline(createReadStream(file), response);
}

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { 'content-type': contentType }).end(text);
}
