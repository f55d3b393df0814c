import { request as httpRequest, Agent } from 'node:http';

export interface LoadTarget {
  /** Base URL of the gateway's HTTP port. */
  readonly gatewayUrl: string;
  readonly apiKey: string;
  readonly stream: string;
}

/** Posts to the gateway over connections that stay open. */
export class HttpPoster {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #target: LoadTarget;

  constructor(target: LoadTarget) {
    this.#target = target;
  }

  /** @returns status of the answer; 0 when the connection broke, or none came within 45 s */
  post(path: string, contentType: string, body: Buffer): Promise<number> {
    const { gatewayUrl, apiKey } = this.#target;
    return new Promise((resolve) => {
      const request = httpRequest(
        `${gatewayUrl}${path}`,
        {
          method: 'POST',
          agent: this.#agent,
          timeout: 45_000,
          headers: { authorization: `Hercules apiKey ${apiKey}`, 'content-type': contentType, 'content-length': body.length },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
          response.on('error', () => resolve(0));
        },
      );
      request.on('timeout', () => request.destroy(new Error('no answer within 45 s')));
      request.on('error', () => resolve(0));
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
