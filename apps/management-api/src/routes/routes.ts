import type { Route } from '@hercules/http-api';
import { accessRoutes } from './access-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import type { RouteContext } from './route-context.ts';
import { quotaRoutes } from './quota-routes.ts';
import { replayRoutes } from './replay-routes.ts';
import { streamRoutes } from './stream-routes.ts';
import { timelineRoutes } from './timeline-routes.ts';
import { validationRoutes } from './validation-routes.ts';

/** All endpoints with a key (apis §4). */
export function allRoutes(context: RouteContext): Route[] {
  return [
    ...streamRoutes(context),
    ...timelineRoutes(context),
    ...accessRoutes(context),
    ...validationRoutes(context),
    ...quotaRoutes(context),
    ...deadLetterRoutes(context.deadLetters),
    ...auditRoutes(context.auditor),
    ...replayRoutes(context),
  ];
}
