// shop-payment: collects the money. Its bank fails now and then and is slow now and then, as banks are.
import { runShopService } from '../run-shop-service.ts';
import { numberOption, serviceOptions } from '../service-options.ts';
import { Bank } from './bank.ts';
import { paymentRoutes } from './payment-routes.ts';

const {
  'failure-rate': failureRate,
  'slow-rate': slowRate,
  ...options
} = serviceOptions({
  port: '6603',
  'failure-rate': '0.03',
  'slow-rate': '0.03',
});

await runShopService({
  application: 'shop-payment',
  ...options,
  start(telemetry) {
    const bank = new Bank({
      failureRate: numberOption('failure-rate', failureRate, 0, 1),
      slowRate: numberOption('slow-rate', slowRate, 0, 1),
    });
    return { routes: paymentRoutes(telemetry, bank) };
  },
});
