const NAME_CHARACTERS = /^[a-z0-9_]*$/;

/**
 * True if the whole name matches a rule's pattern: `*` is any run of a–z, 0–9, _ (also none), `?` exactly one of them (apis §2).
 * Written by hand because a regular expression made of several stars takes exponential time on hostile names.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  if (!NAME_CHARACTERS.test(name)) return false;
  let p = 0;
  let n = 0;
  let lastStar = -1;
  let restart = 0;
  while (n < name.length) {
    if (p < pattern.length && pattern[p] === '*') {
      lastStar = p++;
      restart = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (lastStar >= 0) {
      p = lastStar + 1;
      n = ++restart;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
