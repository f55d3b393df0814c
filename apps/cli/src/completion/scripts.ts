import { allNodes, type CommandNode } from './command-tree.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes commands and flags, for the shell to evaluate. Names hold no character that a shell reads. */
export function completionScript(shell: Shell, tree: CommandNode): string {
  switch (shell) {
    case 'bash':
      return bashScript(tree);
    case 'zsh':
      // zsh runs bash's completions by itself.
      return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(tree)}`;
    case 'fish':
      return fishScript(tree);
  }
}

function bashScript(tree: CommandNode): string {
  const nodes = allNodes(tree);
  const key = ({ path }: CommandNode): string => path.slice(1).join(' ');
  const groups = nodes
    .filter(({ commands }) => commands.length > 0)
    .flatMap(({ commands }) => commands)
    .map((node) => `'${key(node)}'`)
    .join('|');
  const cases = nodes.map(
    (node) => `    '${key(node)}') words="${[...node.commands.map(({ path }) => path.at(-1)), ...node.flags].join(' ')}" ;;`,
  );
  return `_hercules() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" candidate word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    candidate="\${path:+$path }$word"
    case "$candidate" in
      ${groups}) path="$candidate" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _hercules hercules
`;
}

function fishScript(tree: CommandNode): string {
  const lines = allNodes(tree).flatMap((node) => {
    const words = node.path.slice(1);
    const inside = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const none =
      node.commands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${node.commands.map(({ path }) => path.at(-1)).join(' ')}`];
    const condition = [...inside, ...none].join('; and ') || 'true';
    const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
    return [
      ...node.commands.map(
        ({ path, description }) => `complete -c hercules -f -n ${quoted(condition)} -a ${path.at(-1)} -d ${quoted(description)}`,
      ),
      ...node.flags.map((flag) => `complete -c hercules -n ${quoted(condition)} -l ${flag.slice(2)}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}
