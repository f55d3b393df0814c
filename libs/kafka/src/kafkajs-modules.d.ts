// Types of the private modules of kafkajs 2.2.4 that libs/kafka stands on. The version is pinned exactly, so they cannot change unnoticed.

declare module 'kafkajs/src/cluster/index.js' {
  import type { Socket } from 'node:net';

  export interface RawRequest<T> {
    request: {
      apiKey: number;
      apiVersion: number;
      apiName: string;
      expectResponse: () => boolean;
      encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer; readonly offset: number; size: () => number }>;
    };
    response: { decode: (payload: Buffer) => Promise<Buffer>; parse: (payload: Buffer) => Promise<T> };
    requestTimeout?: number | null;
    logResponseError?: boolean;
  }

  export interface Connection {
    readonly clientId: string;
    readonly socket: Socket;
    readonly requestQueue: {
      push(request: {
        entry: {
          apiKey: number;
          apiVersion: number;
          apiName: string;
          correlationId: number;
          resolve: (answer: { payload: Buffer }) => void;
          reject: (error: Error) => void;
        };
        expectResponse: boolean;
        requestTimeout: number | null;
        sendRequest: () => void;
      }): void;
    };
    isConnected(): boolean;
    /** null without SASL. */
    readonly sasl: object | null;
    isAuthenticated(): boolean;
    nextCorrelationId(): number;
  }

  export interface Broker {
    readonly nodeId: number;
    readonly connectionPool: {
      readonly pool: readonly { readonly socket?: Socket }[];
      send<T>(request: RawRequest<T>): Promise<T>;
      getConnectionByRequest(request: { request: { apiKey: number } }): Promise<Connection>;
    };
    isConnected(): boolean;
    disconnect(): Promise<void>;
  }

  export interface TopicMetadata {
    topic: string;
    topicErrorCode: number;
    partitionMetadata: { partitionId: number; partitionErrorCode: number; leader: number; replicas: number[]; isr: number[] }[];
  }

  export default class Cluster {
    constructor(options: {
      logger: unknown;
      socketFactory: (options: { host: string; port: number; ssl?: object; onConnect: () => void }) => Socket;
      brokers: string[];
      ssl?: object | undefined;
      sasl?: object | undefined;
      clientId: string;
      connectionTimeout: number;
      authenticationTimeout: number;
      reauthenticationThreshold: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
      metadataMaxAge: number;
      retry: object;
      allowAutoTopicCreation: boolean;
      maxInFlightRequests: number | null;
    });
    readonly brokerPool: {
      metadata: { controllerId: number; topicMetadata: TopicMetadata[]; brokers: { nodeId: number }[] } | null;
      readonly brokers: Record<string, Broker>;
    };
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    refreshMetadata(): Promise<void>;
    findBroker(options: { nodeId: number | string }): Promise<Broker>;
  }
}

declare module 'kafkajs/src/broker/index.js' {
  export default class Broker {
    metadata(topics?: readonly string[]): Promise<object>;
  }
}

declare module 'kafkajs/src/network/connection.js' {
  export default class Connection {
    connect(): Promise<unknown>;
  }
}

declare module 'kafkajs/src/loggers/index.js' {
  interface Entry {
    namespace: string;
    level: number;
    log: { message: string; [key: string]: unknown };
  }
  const loggers: {
    LEVELS: { NOTHING: number; ERROR: number; WARN: number; INFO: number; DEBUG: number };
    createLogger(options: { level: number; logCreator: (level: number) => (entry: Entry) => void }): unknown;
  };
  export default loggers;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    readonly pending: unknown[];
    scheduleCheckPendingRequests(): void;
  }
}
