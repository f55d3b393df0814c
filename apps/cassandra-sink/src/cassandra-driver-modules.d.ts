// What of cassandra-driver 4.10.0 is used beyond its public interface (src/writer/driver-internals.ts).

declare module 'cassandra-driver/lib/prepare-handler.js' {
  import type { Client, policies } from 'cassandra-driver';

  export default class PrepareHandler {
    static getPrepared(
      client: Client,
      loadBalancing: policies.loadBalancing.LoadBalancingPolicy,
      query: string,
      keyspace: string | undefined,
    ): Promise<{ queryId: Buffer }>;
  }
}

declare module 'cassandra-driver/lib/request-handler.js' {
  import type { Client } from 'cassandra-driver';
  import type { ExecutionOptions } from 'cassandra-driver/lib/execution-options.js';

  export interface DriverRequest {
    /** Length of the body, set by write(). */
    length: number;
    readonly queries: readonly string[];
    write(encoder: { readonly protocolVersion: number }, streamId: number): Buffer;
    clone(): DriverRequest;
  }

  export default class RequestHandler {
    static send(request: DriverRequest, options: ExecutionOptions, client: Client): Promise<unknown>;
  }
}

declare module 'cassandra-driver/lib/execution-options.js' {
  import type { Client, QueryOptions, policies } from 'cassandra-driver';

  export interface ExecutionOptions {
    getLoadBalancingPolicy(): policies.loadBalancing.LoadBalancingPolicy;
    getConsistency(): number;
  }

  const module: {
    readonly DefaultExecutionOptions: { create(options: QueryOptions, client: Client): ExecutionOptions };
  };
  export default module;
}
