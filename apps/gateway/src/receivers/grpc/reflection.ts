import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath as healthProto } from 'grpc-health-check';
import type { HostedServices } from './hosted-services.ts';

/** Adds server reflection (v1 and v1alpha) for our service and the health service, so that tools such as grpcurl need no proto files. */
export function addReflection(services: HostedServices, gatewayProto: string): void {
  const definition: PackageDefinition = loadSync([gatewayProto, healthProto], { keepCase: true });
  new ReflectionService(definition).addToServer(services);
}
