import { HerculesError } from '@hercules/protocol';
import type { StreamAccess, StreamRoute } from '../../stream-access.ts';

const ROUTE = { topic: 'mine' } as StreamRoute;

/** A key may write to the streams whose names begin with `mine`. */
export function refuseOther(name: string): StreamAccess {
  if (name.startsWith('mine')) return { rightRefusal: undefined, streamRefusal: undefined, route: ROUTE };
  return {
    rightRefusal: new HerculesError('PERMISSION_DENIED', 'This API key may not write to this stream'),
    streamRefusal: undefined,
    route: undefined,
  };
}
