import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A self-signed certificate for localhost, valid for a hundred years. Its key is public, so it is good for nothing but tests. */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUWO+bQKzmlR/RhfitMbyPNYIuqD0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTA0MTMzM1oYDzIxMjYxMTAx
MDQxMzMzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATBrBF0oLsSiMpAogR2Zwo/I+i79I27mSpgErcu51O5zYu5A8QAUniU
Ne10xnZRpmFhDWI1gpD7BPnL1oKygMDqo28wbTAdBgNVHQ4EFgQUja7KlNontWGB
N7RDocyZ478J5G4wHwYDVR0jBBgwFoAUja7KlNontWGBN7RDocyZ478J5G4wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgbJlTXs/TQh+8Gh+Nd6sLegMUzEzX7eUz2xQ7/vtItukCIEfa
u+WmKL014Dts0jrzO9n5h4xvWvp3FLJAhwA+ZKAh
-----END CERTIFICATE-----
`;

const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5lvqUvao69XIPg4z
QvKa/acaacCt7ra8GuhEo5csPn2hRANCAATBrBF0oLsSiMpAogR2Zwo/I+i79I27
mSpgErcu51O5zYu5A8QAUniUNe10xnZRpmFhDWI1gpD7BPnL1oKygMDq
-----END PRIVATE KEY-----
`;

/** The certificate and its key as files. */
export class TestCertificateFiles {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gateway-tls-'));
  readonly certFile = join(this.#folder, 'cert.pem');
  readonly keyFile = join(this.#folder, 'key.pem');

  constructor() {
    writeFileSync(this.certFile, TEST_CERTIFICATE);
    writeFileSync(this.keyFile, TEST_KEY);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
