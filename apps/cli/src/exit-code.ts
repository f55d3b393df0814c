/** How the program ends; scripts may rely on it. The table in README.md says the same. */
export const EXIT_CODE = {
  done: 0,
  /** An API refused, something was not found, a check of `doctor` failed. */
  failed: 1,
  /** The command line, a file or a setting is wrong; nothing was asked of any API. */
  usage: 2,
  /** `apply --dry-run`: there is something to change. */
  wouldChange: 3,
  /** `apply`: the plan asks for what cannot be changed; nothing was. */
  conflict: 4,
  /** An API cannot be reached. */
  unreachable: 5,
  /** Stopped by Ctrl-C or SIGTERM before it was done. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE];
