import { HttpProblem } from '../http/http-problem.ts';
import type { ShopRoute } from '../http/http-service.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Bank } from './bank.ts';
import { isCardNumber } from './card-number.ts';

const MOST_DELAY_MS = 3000;

/** Payments; and a handle to make this replica slow. */
export function paymentRoutes(telemetry: Telemetry, bank: Bank): Record<string, ShopRoute> {
  const { counters, tracer } = telemetry;
  return {
    'POST /bank': ({ body }) => {
      const { delayMs } = (body ?? {}) as { delayMs?: unknown };
      if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs <= MOST_DELAY_MS)) {
        throw new HttpProblem(400, `expected "delayMs", a number from 0 to ${MOST_DELAY_MS}`);
      }
      bank.delayMs = delayMs;
      return { delayMs };
    },
    'POST /payments': async ({ body, span }) => {
      const { orderId, amountCents, card } = (body ?? {}) as { orderId?: unknown; amountCents?: unknown; card?: unknown };
      if (typeof orderId !== 'string' || !Number.isInteger(amountCents)) throw new HttpProblem(400, 'expected "orderId" and "amountCents"');
      if (typeof card !== 'string' || !isCardNumber(card)) throw new HttpProblem(400, 'the card number is wrong');
      try {
        await tracer.within('charge card', span.context, async (charge) => {
          charge.annotate({ orderId, amountCents: Number(amountCents) });
          await bank.charge();
        });
      } catch (error) {
        counters.add('shop_payments_total', [['outcome', 'failed']]);
        throw new HttpProblem(500, `order ${orderId} could not be paid: ${(error as Error).message}`);
      }
      counters.add('shop_payments_total', [['outcome', 'paid']]);
      telemetry.log('Info', 'collected {amountCents} cents for order {orderId}', span.context.traceId, {
        orderId,
        amountCents: Number(amountCents),
      });
      return { orderId, status: 'paid' };
    },
  };
}
