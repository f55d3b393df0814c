import { describeIssues, type Filter, filterListSchema, parseJson } from '@hercules/metadata';
import { CliError } from '../cli-error.ts';

/** Filters as query-api takes them: `path=value`, or JSON, one or a list. @throws CliError usage */
export function parseFilters(texts: readonly string[] = []): Filter[] {
  return texts.flatMap((text) => {
    const trimmed = text.trim();
    const at = trimmed.indexOf('=');
    let document: unknown;
    if (/^[[{]/.test(trimmed)) {
      try {
        document = parseJson(trimmed);
      } catch (error) {
        throw CliError.usage(`--filter is no JSON: ${(error as Error).message}`);
      }
    } else if (at > 0) {
      document = { path: trimmed.slice(0, at), condition: { type: 'string_equality', value: trimmed.slice(at + 1) } };
    } else {
      throw CliError.usage(`--filter is "${text}": expected path=value or a JSON list of filters`);
    }
    const list = Array.isArray(document) ? document : [document];
    const result = filterListSchema.safeParse(list);
    if (!result.success) throw CliError.usage(`--filter is wrong: ${describeIssues(result.error, list)}`);
    return result.data;
  });
}
