// shop-front: what customers see. Searches the catalogue, hands orders to shop-cart, and makes some requests of its own so that there is
// something to see.
import { HttpClient } from '../http/http-client.ts';
import { runShopService } from '../run-shop-service.ts';
import { numberOption, serviceOptions } from '../service-options.ts';
import { frontRoutes } from './front-routes.ts';
import { ShopVisitors } from './shop-visitors.ts';

const { cart, rate, ...options } = serviceOptions({ port: '6601', cart: 'http://127.0.0.1:6602', rate: '5' });

await runShopService({
  application: 'shop-front',
  ...options,
  start(telemetry) {
    const visitors = new ShopVisitors(`http://127.0.0.1:${options.port}`, numberOption('rate', rate, 0, 100));
    return {
      routes: frontRoutes(telemetry, new HttpClient(telemetry, 'shop-cart', cart)),
      onListening: () => visitors.start(),
      onStop: () => visitors.stop(),
    };
  },
});
