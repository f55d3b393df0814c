import { HerculesError } from '@hercules/protocol';
import { z } from 'zod';
import { type Setting, unwrap } from './config-tree.ts';

/** What the arguments of an app say. */
export interface Flags {
  configFile: string | undefined;
  printConfig: boolean;
  help: boolean;
  readonly values: { readonly setting: Setting; readonly text: string; readonly origin: string }[];
}

/**
 * Reads `--http.port=1234`, `--http.port 1234`, `--log-level=debug` (kebab case, for settings at the top level), `--config`, `--print-config`, `--help`.
 * A boolean without a value is `true`. With `--help` nothing else is looked at.
 * @throws HerculesError BAD_CONFIG; values of arguments that are no settings are not repeated, they may be secrets
 */
export function readFlags(args: readonly string[], settings: readonly Setting[]): Flags {
  const flags: Flags = { configFile: undefined, printConfig: false, help: args.includes('--help') || args.includes('-h'), values: [] };
  if (flags.help) return flags;
  for (let i = 0; i < args.length; i++) {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(args[i]!);
    if (match === null) {
      throw new HerculesError('BAD_CONFIG', `argument ${i + 1}: expected a flag such as --http.port=1234; --help lists the settings`);
    }
    const [, name = '', value] = match;
    if (name === 'print-config' && value === undefined) {
      flags.printConfig = true;
      continue;
    }
    const setting = settings.find(({ path }) => path === name || (!path.includes('.') && kebab(path) === name));
    if (setting === undefined && name !== 'config') {
      throw new HerculesError('BAD_CONFIG', `flag --${name}: there is no such setting; --help lists the settings`);
    }
    const next = args[i + 1];
    let text: string | undefined = value;
    if (text === undefined && setting !== undefined && unwrap(setting.schema) instanceof z.ZodBoolean) {
      text = next === 'true' || next === 'false' ? args[++i] : 'true';
    }
    text ??= next === undefined || next.startsWith('--') ? undefined : args[++i];
    if (text === undefined) throw new HerculesError('BAD_CONFIG', `flag --${name}: expected a value`);
    if (setting === undefined) flags.configFile = text;
    else flags.values.push({ setting, text, origin: `flag --${name}` });
  }
  return flags;
}

/** `logLevel` → `log-level` */
function kebab(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}
