// Reads the built bundles as an attacker would: what the page could run, where it could call, what the preload could
// reach. Exported for test/architecture/bundles.test.ts, run by scripts/test.mjs after the build.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from './workspace.mjs';

/** Names that namespaces, specifications and parsers use; a page never fetches them, and its policy would not let it. */
const NAMES_NOT_ADDRESSES = /^http:\/\/(www\.w3\.org|json-schema\.org|localhost\/?$|\[\$\{)/;
const DEAD_CODE = [
  // libraries ask for the global object this way, only where `globalThis`, `self` and `window` are all absent
  /Function\(\s*(["'`])return this\1\s*\)/g,
  // zod asks whether it may compile schemas; `jitless`, set at the page's start, answers before it tries
  /\.jitless\s*\|\|[^}]{0,120}\}?try\s*\{\s*return (?:new )?Function\((["'`])\1\),/g,
];

const matches = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[0]);

export function scriptFindings(text) {
  const code = DEAD_CODE.reduce((rest, dead) => rest.replace(dead, ''), text);
  return [
    ...matches(code, /(?<![\w$.])eval\s*\(/g).map(() => 'eval('),
    ...matches(code, /(?<![\w$.])(?:new\s+)?Function\s*\(\s*["'`\w$]/g).map(
      (found) => `code from text: ${found}`,
    ),
    ...matches(code, /http:\/\/[^\s"'`)\\]+/g)
      .filter((url) => !NAMES_NOT_ADDRESSES.test(url))
      .map((url) => `unencrypted address ${url}`),
    ...matches(code, /[#@]\s*sourceMappingURL=/g).map(() => 'a source map'),
  ];
}

export function pageFindings(html) {
  return [
    ...matches(html, /<script(?![^>]*\ssrc=)[^>]*>/g).map((tag) => `inline script ${tag}`),
    ...matches(html, /\son\w+\s*=\s*["']/gi).map((handler) => `inline handler${handler}`),
    ...matches(html, /\b(?:src|href)\s*=\s*["']https?:[^"']*/g).map((found) => `foreign address ${found}`),
    ...matches(html, /\b(?:src|href|action)\s*=\s*["']\s*javascript:/gi),
  ];
}

/** A sandboxed preload may require only electron, and must be a classic script. */
export function preloadFindings(text) {
  return [
    ...matches(text, /require\(\s*["'`]([^"'`]+)["'`]\s*\)/g).filter(
      (found) => !/["'`]electron["'`]/.test(found),
    ),
    ...matches(text, /^\s*(?:import|export)\s[^\n]*/gm).map((found) => `module syntax: ${found.trim()}`),
    ...matches(text, /\bimport\s*\(/g),
  ];
}

/** Code that exists for tests must not be in the product. */
export function backendFindings(text) {
  return matches(text, /FP=\w+:(?:kill|throw)|\bfailpoint\(/g).map((found) => `failpoint ${found}`);
}

export function checkBundles(out) {
  const findings = [];
  const check = (pattern, find) => {
    const files = globSync(pattern, { cwd: out });
    for (const file of files) {
      for (const finding of find(readFileSync(join(out, file), 'utf8')))
        findings.push(`out/${file}: ${finding}`);
    }
    return files.length;
  };
  if (check('renderer/**/*.js', scriptFindings) === 0) findings.push('out/renderer: no script was built');
  if (check('renderer/**/*.html', pageFindings) === 0) findings.push('out/renderer: no page was built');
  check('renderer/**/*.css', (text) => matches(text, /https?:\/\/(?!www\.w3\.org)[^\s"')]+/g));
  if (check('preload/*', preloadFindings) !== 1) findings.push('out/preload: not exactly one file');
  check('main/**/*.js', backendFindings);
  return findings;
}

if (import.meta.main) {
  const out = join(root, 'out');
  const findings = existsSync(out) ? checkBundles(out) : ['out/ does not exist; run npm run build'];
  for (const finding of findings) say(finding);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
