export interface Known {
  /** The scripts of `package.json`. */
  readonly scripts: readonly string[];
  /** The sub-commands of the package's command. */
  readonly commands: readonly string[];
}

/** What in a block of shell does not exist: scripts of npm, commands of the package. */
export function shellProblems(text: string, { scripts, commands }: Known): string[] {
  return text
    .split(/\n|&&|;/)
    .map((part) => part.replace(/^\s*\$?\s*/, ''))
    .flatMap((command) => {
      const script = /^npm (?:run ([\w:.-]+)|(test|start)\b)/.exec(command);
      const named = script?.[1] ?? script?.[2];
      if (named !== undefined && !scripts.includes(named)) return [`there is no script ${named}`];
      const ours = /\bnpx nestjs-conta-simples-auth(?: ([a-z]+))?/.exec(command);
      if (ours?.[1] !== undefined && !commands.includes(ours[1])) return [`there is no command ${ours[1]}`];
      return [];
    });
}
