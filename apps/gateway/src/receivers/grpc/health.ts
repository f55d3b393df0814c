import { HealthImplementation, type ServingStatus } from 'grpc-health-check';
import type { HostedServices } from './hosted-services.ts';

/** The whole server, and our one service (grpc.health.v1). */
const SERVICES = ['', 'hercules.v1.Gateway'];

/** `grpc.health.v1.Health`: SERVING while the service runs, NOT_SERVING before and after. */
export class Health {
  readonly #implementation = new HealthImplementation(Object.fromEntries(SERVICES.map((name) => [name, 'NOT_SERVING' as ServingStatus])));

  addTo(services: HostedServices): void {
    this.#implementation.addToServer(services as unknown as Parameters<HealthImplementation['addToServer']>[0]);
  }

  set isServing(isServing: boolean) {
    for (const name of SERVICES) this.#implementation.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
  }
}
