import { dirname, join } from 'node:path';
import {
  credentials,
  loadPackageDefinition,
  Metadata,
  type ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';

export interface SendResponse {
  readonly accepted: number;
  readonly filtered: number;
}

export interface SendRequest {
  stream?: string;
  batch?: Buffer;
  events?: object;
  async?: boolean;
}

export interface SendStreamResponse {
  readonly sequence: string;
  readonly code: number;
  readonly message: string;
  readonly response: SendResponse | null;
  readonly retry_after_ms: number;
}

type Call = (request: object, metadata: Metadata, callback: (error: ServiceError | null, response: unknown) => void) => { cancel(): void };

const GATEWAY_PROTO = join(dirname(require.resolve('@hercules/protocol')), '../proto/hercules/v1/gateway.proto');
const REFLECTION_PROTO = join(dirname(require.resolve('@grpc/reflection')), '../proto/grpc/reflection/v1/reflection.proto');

/** A client made of the published contract by @grpc/grpc-js, as a producer would have it. */
export class GrpcClient {
  readonly #clients = new Map<string, Client>();
  readonly #package;
  readonly #address: string;

  readonly #credentials: ChannelCredentials;

  constructor(port: number, channelCredentials = credentials.createInsecure()) {
    this.#credentials = channelCredentials;
    this.#address = `127.0.0.1:${port}`;
    const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true };
    this.#package = loadPackageDefinition(loadSync([GATEWAY_PROTO, healthProto, REFLECTION_PROTO], options));
  }

  send(key: string | undefined, request: SendRequest, options: { compress?: boolean } = {}): Promise<SendResponse> {
    const metadata = metadataOf(key);
    const name = options.compress === true ? 'compressing' : 'plain';
    return this.unary('hercules.v1.Gateway', 'Send', request, metadata, name) as Promise<SendResponse>;
  }

  /** Sends and expects a refusal. */
  async refusal(key: string | undefined, request: SendRequest): Promise<ServiceError> {
    try {
      await this.send(key, request);
    } catch (error) {
      return error as ServiceError;
    }
    throw new Error('The request was not refused');
  }

  sendStream(key: string | undefined): ClientDuplexStream<{ sequence: string | number; request?: SendRequest }, SendStreamResponse> {
    const client = this.client('hercules.v1.Gateway') as unknown as { SendStream(metadata: Metadata): never };
    return client.SendStream(metadataOf(key));
  }

  unary(service: string, method: string, request: object, metadata = new Metadata(), variant = 'plain'): Promise<unknown> {
    const client = this.client(service, variant) as unknown as Record<string, Call>;
    return new Promise((resolve, reject) => {
      client[method]!.call(client, request, metadata, (error, response) => (error === null ? resolve(response) : reject(error)));
    });
  }

  client(service: string, variant = 'plain'): Client {
    const id = `${service} ${variant}`;
    let client = this.#clients.get(id);
    if (client === undefined) {
      const Constructor = service.split('.').reduce<unknown>((scope, name) => (scope as Record<string, unknown>)[name], this.#package);
      const options = variant === 'compressing' ? { 'grpc.default_compression_algorithm': 2 } : {};
      client = new (Constructor as new (...args: unknown[]) => Client)(this.#address, this.#credentials, {
        ...options,
        'grpc.max_send_message_length': -1,
        'grpc.ssl_target_name_override': 'localhost',
      });
      this.#clients.set(id, client);
    }
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}

function metadataOf(key: string | undefined): Metadata {
  const metadata = new Metadata();
  if (key !== undefined) metadata.set('authorization', `Hercules apiKey ${key}`);
  return metadata;
}
