/**
 * A slash-joined path of tag names (protocol §11). The empty path and "/" extract nothing. Trailing empty segments vanish (`a/` is `a`), a
 * leading slash makes an empty first segment. There is no escaping: a key with a slash cannot be reached.
 */
export class HPath {
  readonly text: string;
  readonly segments: readonly string[];

  private constructor(text: string, segments: readonly string[]) {
    this.text = text;
    this.segments = segments;
  }

  static parse(text: string): HPath {
    const segments = text.split('/');
    while (segments.length > 0 && segments.at(-1) === '') segments.pop();
    return new HPath(text, segments);
  }

  /** The top-level tag that the path starts with; undefined for the empty path. */
  get root(): string | undefined {
    return this.segments[0];
  }

  toString(): string {
    return this.text;
  }
}
