import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { document, ROOT, read } from './documents.js';
import { codeIn } from './markdown.js';

/*
 * docs/troubleshooting.md lists the messages of the library. In both directions: each quoted message is in the sources,
 * and each message in the sources is quoted.
 */

const PAGE = 'docs/troubleshooting.md';
const LIBRARY = 'libs/conta-simples-auth/src';
/** Not messages of a running application: test tools, the command, and the texts that metrics and remedies have. */
const WITHOUT_MESSAGES =
  /^(?:testing|cli)\/|^opentelemetry\/metrics\.ts$|^model\/failure-kinds\.ts$|^http\/body\/forms\.ts$/;
/** Of other programs. */
const FOREIGN = /^Nest can't|^error TS|^Error \[ERR_|^Must use import|^\[ioredis\]/;
/** Parts of messages, of which a quoted message has the rest, and texts that a caller does not see. */
const PARTS = [
  /^(?:option |key name$|private key$|no code$|must exist$|no provider$|an? earlier version$)/,
  /^(?:before shutdown|within … ms|none of them|no options|none by name|any that the provider of the credentials knows)$/,
  /^(?:an? declared type|no declared type|with an HTML page|by its CDN|through the proxy …|one setting is|… settings are)$/,
  /^(?:(?:and )?… more|and … more|… \(… bytes of …\)|Next attempt at ….|… \[…\]. … Next attempt at ….)$/,
  /^(?:keyPrefix|commandTimeoutMs|leaseMs) of the store$/,
  /^attach\(\) option origins$|^ConfigModule\.forRoot\(\{ envFilePath: '…' \}\)$|^axios >=1\.18\.0/,
  /^(?:Share one token between all processes|Give every client of this account|In tests replace the service by)/,
  /^\. This warning is not logged for further accounts$/,
  /^(?:it answers again|an error of the client|fetch failed|timeout of …ms exceeded|The request was cancelled)$/,
  /^(?:The module has been closed|The first token request is running)$/,
  /^application\/json|^\[object FormData\]$/,
];

interface Message {
  readonly file: string;
  readonly text: string;
}

function sourceFiles(): string[] {
  const names = readdirSync(join(ROOT, LIBRARY), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /(?<!\.spec)\.ts$/.test(name) && !WITHOUT_MESSAGES.test(name)).sort();
}

/** The text of a string, a template or a concatenation of both, with `…` for what is known at run time only. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined && right === undefined ? undefined : `${left ?? '…'}${right ?? '…'}`;
  }
  return undefined;
}

/** Every text of two words or more. */
function messagesOf(file: string): Message[] {
  const found: Message[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    const text = textOf(node)?.trim();
    if (text !== undefined && / /.test(text) && (text.match(/[A-Za-z]{2,}/g) ?? []).length > 1) {
      found.push({ file, text });
    }
    if (text === undefined || ts.isTemplateExpression(node)) ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, read(`${LIBRARY}/${file}`), ts.ScriptTarget.Latest, true));
  return found;
}

/** What a reader may find in place of `…`. */
function patternOf(quoted: string): RegExp {
  const parts = quoted.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.map((part) => part.trim()).join('.*?'), 's');
}

const messages = sourceFiles().flatMap(messagesOf);
const quotes = document(PAGE)
  .tables.filter(({ header }) => header[0] === 'message' || header[0] === 'line')
  // The store's reasons stand in the second cell.
  .flatMap(({ header, rows }) => rows.flatMap((row) => codeIn(header[0] === 'line' ? row.join(' ') : (row[0] ?? ''))))
  .map((quote) => quote.replaceAll('\\|', '|'))
  .filter((quote) => / /.test(quote.trim()) && !FOREIGN.test(quote));

describe('the messages in docs/troubleshooting.md', () => {
  it('are found', () => {
    expect(messages.length).toBeGreaterThan(200);
    expect(quotes.length).toBeGreaterThan(150);
  });

  it('are in the sources', () => {
    const missing = quotes.filter((quote) => !messages.some(({ text }) => patternOf(quote).test(text)));
    expect(missing).toEqual([]);
    expect(messages.some(({ text }) => patternOf('… is not quoted from …').test(text))).toBe(false);
  });

  it('are all that the sources have', () => {
    const patterns = quotes.map(patternOf);
    const unquoted = messages.filter(
      ({ text }) => !PARTS.some((part) => part.test(text)) && !patterns.some((pattern) => pattern.test(text)),
    );
    expect(unquoted).toEqual([]);
  });

  it('stand there once', () => {
    expect(quotes.filter((quote, index) => quotes.indexOf(quote) !== index)).toEqual([]);
  });
});
