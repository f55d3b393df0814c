import { portsFrom, USUAL_PORTS } from './stack-ports.ts';

describe('ports', () => {
  it('are all different', () => {
    const usual = Object.values(USUAL_PORTS);
    expect(new Set(usual).size).toBe(usual.length);
  });

  it('follow one another from a base', () => {
    const ports = portsFrom(19_000);
    expect(Object.keys(ports)).toEqual(Object.keys(USUAL_PORTS));
    expect(Object.values(ports)).toEqual(Object.keys(USUAL_PORTS).map((_, i) => 19_000 + i));
  });
});
