import type { Command } from 'commander';

/** A command as completions need it. */
export interface CommandNode {
  /** Words from the program's name on, e.g. `hercules stream`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly commands: readonly CommandNode[];
  /** Long flags, those of the program included. */
  readonly flags: readonly string[];
}

export function commandTree(command: Command, path: readonly string[] = [command.name()], inherited: readonly string[] = []): CommandNode {
  const own = command.options.map(({ long }) => long).filter((flag): flag is string => typeof flag === 'string');
  const flags = [...own, ...inherited];
  return {
    path,
    description: command.description(),
    commands: command.commands.flatMap((child) =>
      [child.name(), ...child.aliases()].map((name) => commandTree(child, [...path, name], flags)),
    ),
    flags: [...new Set([...flags, '--help'])],
  };
}

/** The node and all below it. */
export function allNodes(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allNodes)];
}
