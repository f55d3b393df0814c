import { apiKeyOf } from './authentication.ts';

describe('apiKeyOf', () => {
  it('reads the Authorization header', () => {
    expect(apiKeyOf('Hercules apiKey k1', undefined)).toBe('k1');
  });

  it('prefers Authorization to the deprecated header', () => {
    expect(apiKeyOf('Hercules apiKey k1', 'k2')).toBe('k1');
    expect(apiKeyOf('Hercules apiKey ', 'k2')).toBe('');
  });

  it.each(['hercules apiKey k1', 'Hercules apikey k1', 'Hercules  apiKey k1', 'Hercules masterApiKey k1', 'Bearer k1', ''])(
    'reads the deprecated header when Authorization is %j',
    (authorization) => {
      expect(apiKeyOf(authorization, 'k2')).toBe('k2');
      expect(apiKeyOf(authorization, undefined)).toBeUndefined();
    },
  );

  it('finds nothing where there is nothing', () => {
    expect(apiKeyOf(undefined, undefined)).toBeUndefined();
  });
});
