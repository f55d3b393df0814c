const SERIES = 500;

/** Tagged lines of Graphite's plaintext protocol. */
export function graphiteLines(count: number): Buffer {
  const seconds = Math.floor(Date.now() / 1000);
  const line = (i: number): string =>
    `http.requests.route${i % SERIES}.p99;project=bench;environment=staging;application=orders-api;host=vm-orders-${i % 16} ${(i % 100_000) / 7} ${seconds}\n`;
  return Buffer.from(Array.from({ length: count }, (_, i) => line(i)).join(''));
}

/** Messages of RFC 5424, each ended by a line feed (RFC 6587 §3.4.2), about 220 bytes. */
export function syslogLines(count: number): Buffer {
  const time = new Date().toISOString();
  const line = (i: number): string =>
    `<165>1 ${time} vm-orders-${i % 16} orders-api ${1000 + (i % 16)} ACCEPTED [order@32473 customer="c-${i % 5000}" slot="B-17"] ` +
    `Order ${100_000 + i} was accepted for delivery by the warehouse in ${i % 1000} ms\n`;
  return Buffer.from(Array.from({ length: count }, (_, i) => line(i)).join(''));
}
