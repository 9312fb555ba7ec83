/** The built page in memory, by the list that the build wrote. A request is looked up in it and never becomes a path. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Random } from '../../platform/ports.ts';
import { pageHeaders } from './headers.ts';

const PageList = z.object({ files: z.array(z.string().regex(/^[\w@-][\w@.-]*(\/[\w@-][\w@.-]*)*$/)) });

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Stands in the built HTML where the nonce of a response goes. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__';

interface PageFile {
  readonly type: string;
  readonly content: Uint8Array;
}

export interface PageAnswer {
  readonly status: 200 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Page {
  /** Answers a URL's path as the browser sent it, undecoded. */
  answer(pathname: string): PageAnswer;
}

export interface PageOptions {
  /** The build's folder of the renderer. */
  readonly directory: string;
  /** File of the list that `/` answers with. */
  readonly start: string;
  readonly random: Random;
}

export function loadPage(options: PageOptions): Page {
  const files = readFiles(options.directory);
  const start = files.get(`/${options.start}`);
  if (start === undefined) throw new Error(`${options.start} is not in the build; run npm run build`);
  return {
    answer: (pathname) => {
      const nonce = Buffer.from(options.random.bytes(16)).toString('base64url');
      const file = pathname === '/' ? start : files.get(pathname);
      return file === undefined ? notFound(nonce) : found(file, nonce);
    },
  };
}

function readFiles(directory: string): ReadonlyMap<string, PageFile> {
  const list = PageList.parse(JSON.parse(readFileSync(path.join(directory, 'files.json'), 'utf8')));
  return new Map(
    list.files.map((name) => {
      const type = TYPES[path.extname(name)] ?? 'application/octet-stream';
      return [`/${name}`, { type, content: readFileSync(path.join(directory, name)) }];
    }),
  );
}

function found(file: PageFile, nonce: string): PageAnswer {
  const isHtml = file.type.startsWith('text/html');
  const text = isHtml
    ? Buffer.from(file.content).toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce)
    : undefined;
  const body = text === undefined ? file.content : Buffer.from(text);
  return { status: 200, headers: { ...pageHeaders(nonce), 'content-type': file.type }, body };
}

function notFound(nonce: string): PageAnswer {
  const headers = { ...pageHeaders(nonce), 'content-type': 'text/plain; charset=utf-8' };
  return { status: 404, headers, body: Buffer.from('Not found\n') };
}
