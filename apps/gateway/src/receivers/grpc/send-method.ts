import type { HerculesError } from '@hercules/protocol';
import { asHerculesError } from '../../batch-intake.ts';
import type { MethodCounters } from '../../intake-counters.ts';
import type { GrpcContext } from './grpc-context.ts';
import { GrpcSubmission } from './grpc-submission.ts';
import type { MessageEncoding } from './message-encoding.ts';
import type { SendRequestReader } from './send-request.ts';
import type { UnaryCall, UnaryMethod } from './unary-call.ts';

/** `hercules.v1.Gateway/Send` (grpc.md). */
export class SendMethod implements UnaryMethod {
  readonly #context: GrpcContext;

  constructor(context: GrpcContext) {
    this.#context = context;
  }

  get counters(): MethodCounters {
    return this.#context.sendCounters;
  }

  accept(
    call: UnaryCall,
    permits: number,
    buffer: Buffer,
    start: number,
    end: number,
    isPooled: boolean,
    encoding: MessageEncoding | undefined,
  ): void {
    new SendSubmission(this.#context, permits, call).accept(buffer, start, end, isPooled, encoding);
  }
}

class SendSubmission extends GrpcSubmission {
  readonly #call: UnaryCall;
  #accepted = 0;
  #filtered = 0;

  constructor(context: GrpcContext, permits: number, call: UnaryCall) {
    super(context, permits);
    this.#call = call;
  }

  accept(buffer: Buffer, start: number, end: number, isPooled: boolean, encoding: MessageEncoding | undefined): void {
    try {
      this.load(buffer, start, end, isPooled, encoding, this.#call.apiKey);
    } catch (error) {
      return this.onRefused(asHerculesError(error));
    }
    this.context.intake.submit(this);
  }

  get isAbandoned(): boolean {
    return this.#call.isClosed;
  }

  onAppended(accepted: number, filtered: number): void {
    this.dropMessage();
    this.#accepted = accepted;
    this.#filtered = filtered;
    if (this.isAsync) this.#answer();
  }

  onDelivered(error: HerculesError | undefined): void {
    if (!this.isAsync) {
      if (error === undefined) this.#answer();
      else this.#call.fail(error);
    }
    this.releasePermits();
  }

  onRefused(error: HerculesError): void {
    this.dropMessage();
    this.context.failures.refused(error);
    this.#call.fail(error);
    this.releasePermits();
  }

  protected override readMessage(requests: SendRequestReader, buffer: Buffer, start: number, end: number): void {
    requests.read(buffer, start, end);
  }

  #answer(): void {
    const { responses } = this.context;
    responses.addResponse(this.#accepted, this.#filtered);
    this.#call.succeed(responses.take());
  }
}
