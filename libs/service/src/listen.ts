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
    const refuse = (error: Error): void => reject(listenError(error, host, port));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve((server.address() as { port: number }).port);
    });
  });
}

/** What is wrong with an address, in words. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): HerculesError {
  const reason =
    error.code === 'EADDRINUSE'
      ? 'the port is taken by another process'
      : error.code === 'EACCES'
        ? 'this user may not use the port'
        : error.code === 'EADDRNOTAVAIL'
          ? 'this machine has no such address'
          : error.message;
  return new HerculesError('BAD_CONFIG', `cannot listen on ${host}:${port}: ${reason}`, { cause: error });
}

/** Whether an error comes from listening, whoever did. */
export function isListenError(error: unknown): error is NodeJS.ErrnoException & { address: string; port: number } {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'address' in error && 'port' in error;
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
