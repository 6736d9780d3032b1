/** A fenced block of code. */
export interface Fence {
  readonly language: string;
  readonly text: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  /** The heading it stands under. */
  readonly heading: string;
  /** The name in `<!-- prelude: name -->` on the line before it. */
  readonly prelude: string | undefined;
}

export interface Heading {
  readonly level: number;
  readonly text: string;
  /** What a link to it says after `#`, as GitHub makes it. */
  readonly anchor: string;
}

export interface Table {
  readonly heading: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface Markdown {
  readonly headings: readonly Heading[];
  readonly fences: readonly Fence[];
  readonly tables: readonly Table[];
  readonly links: readonly Link[];
}

/** Reads as much of Markdown as the documents of this repository use. */
export function parseMarkdown(text: string): Markdown {
  const headings: Heading[] = [];
  const fences: Fence[] = [];
  const tables: { heading: string; header: string[]; rows: string[][] }[] = [];
  const links: Link[] = [];
  const lines = text.split('\n');
  const heading = () => headings.at(-1)?.text ?? '';
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const opening = /^(\s*)(`{3,})(\S*)/.exec(line);
    if (opening) {
      const [, indent = '', ticks = '', language = ''] = opening;
      const end = lines.findIndex((other, at) => at > index && other.startsWith(indent + ticks));
      if (end < 0) throw new Error(`The block that begins on line ${index + 1} has no end`);
      const code = lines.slice(index + 1, end).map((each) => each.slice(indent.length));
      const prelude = /^<!-- prelude: ([\w-]+) -->$/.exec(lastWritten(lines, index))?.[1];
      fences.push({ language, text: code.join('\n'), line: index + 2, heading: heading(), prelude });
      index = end;
      continue;
    }
    const title = /^(#{1,6}) (.+?)\s*$/.exec(line);
    if (title) {
      const [, marks = '', words = ''] = title;
      headings.push({ level: marks.length, text: words, anchor: anchorOf(words, headings) });
    }
    if (line.startsWith('|')) {
      const continued = lines[index - 1]?.startsWith('|');
      if (!continued) tables.push({ heading: heading(), header: cells(line), rows: [] });
      else if (!/^[|\s:-]+$/.test(line)) tables.at(-1)?.rows.push(cells(line));
    }
    for (const target of targets(line)) links.push({ target, line: index + 1 });
  }
  return { headings, fences, tables, links };
}

function lastWritten(lines: readonly string[], before: number): string {
  return lines.slice(0, before).findLast((line) => line.trim() !== '') ?? '';
}

/** @see https://docs.github.com/en/get-started/writing-on-github for how anchors are made */
function anchorOf(words: string, earlier: readonly Heading[]): string {
  const plain = words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
  const same = earlier.filter(({ text }) => text === words).length;
  return same === 0 ? plain : `${plain}-${same}`;
}

function cells(line: string): string[] {
  return line
    .replace(/^\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

/** Where its links, images and HTML attributes lead. */
function targets(line: string): string[] {
  const written = line.replace(/`[^`]*`/g, '``');
  const markdown = [...written.matchAll(/\]\(([^()\s]+)(?:\s[^()]*)?\)/g)];
  const html = [...written.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)];
  return [...markdown, ...html].map(([, target = '']) => target);
}

/** The texts in backquotes. */
export function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}
