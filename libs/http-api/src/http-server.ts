import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readTlsFiles, type HttpConfig, type ServiceEndpoints } from '@hercules/service';

/**
 * Makes servers that answer the service endpoints (apis §1.1) themselves and leave the rest to the listener.
 * Throws HerculesError BAD_CONFIG if a TLS file cannot be read.
 */
export function serverFactory(config: HttpConfig, endpoints: ServiceEndpoints): (listener: RequestListener) => Server {
  const tls = config.tls === undefined ? undefined : readTlsFiles(config.tls);
  return (listener) => {
    const withEndpoints: RequestListener = (request, response) => {
      if (!endpoints(request, response, request.url?.split('?', 1)[0] ?? '/')) listener(request, response);
    };
    return tls === undefined ? createServer(withEndpoints) : createTlsServer(tls, withEndpoints);
  };
}
