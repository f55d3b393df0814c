// shop-cart: knows the prices. Turns a list of items into an amount and has shop-payment collect it.
import { HttpClient } from '../http/http-client.ts';
import { runShopService } from '../run-shop-service.ts';
import { serviceOptions } from '../service-options.ts';
import { cartRoutes } from './cart-routes.ts';

const { payment, ...options } = serviceOptions({ port: '6602', payment: 'http://127.0.0.1:6603' });

await runShopService({
  application: 'shop-cart',
  ...options,
  start: (telemetry) => ({ routes: cartRoutes(telemetry, new HttpClient(telemetry, 'shop-payment', payment)) }),
});
