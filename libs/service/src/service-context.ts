import type { Logger } from 'pino';
import type { About } from './about.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { MetricsRegistry } from './metrics.ts';

/** What an app's start function is given. */
export interface ServiceContext<C> {
  readonly config: C;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly lifecycle: Lifecycle;
  readonly about: About;
}
