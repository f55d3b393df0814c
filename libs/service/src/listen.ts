import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { HerculesError } from '@hercules/protocol';
import type { HttpConfig } from './config-schemas.ts';

/**
 * Starts to listen.
 * @returns the port, which is the one that was free when 0 was asked for
 * @throws HerculesError BAD_CONFIG when the port is taken or may not be used
 */
export function listen(server: Server, { host, port }: Pick<HttpConfig, 'host' | 'port'>): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const reason = error.code === 'EADDRINUSE' ? 'the port is taken by another process' : error.message;
      reject(new HerculesError('BAD_CONFIG', `cannot listen on ${host}:${port}: ${reason}`, { cause: error }));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve((server.address() as { port: number }).port);
    });
  });
}

/** @throws HerculesError BAD_CONFIG when a file cannot be read */
export function readTlsFiles(tls: NonNullable<HttpConfig['tls']>): TlsOptions {
  const read = (file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new HerculesError('BAD_CONFIG', `TLS file ${file} cannot be read: ${(error as Error).message}`, { cause: error });
    }
  };
  return {
    cert: read(tls.certFile),
    key: read(tls.keyFile),
    ...(tls.caFile === undefined ? {} : { ca: read(tls.caFile), requestCert: true, rejectUnauthorized: true }),
  };
}
