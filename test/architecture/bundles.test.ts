import { expect, it } from 'vitest';
import {
  backendFindings,
  pageFindings,
  preloadFindings,
  scriptFindings,
} from '../../scripts/check-bundles.mjs';

it.each([
  'eval("1")',
  'const f = new Function("return 1")',
  'var f=Function(`return 1`)',
  'fetch("http://tracker.test/x")',
  '//# sourceMappingURL=app.js.map',
])('finds %s in the page’s script', (text) => {
  expect(scriptFindings(text)).toHaveLength(1);
});

it.each([
  'typeof self<`u`?self:Function(`return this`)()',
  'Gt=kt(()=>{if(Hn.jitless||typeof navigator<`u`&&navigator?.userAgent?.includes(`Cloudflare`))return!1;try{return Function(``),!0}catch{return!1}})',
  'e.createElementNS("http://www.w3.org/2000/svg","path")',
  'new URL(`http://[${e}]`)',
  'medieval(1); x.eval_(2); class MyFunction{}; isFunction(e)',
])('leaves %s', (text) => {
  expect(scriptFindings(text)).toEqual([]);
});

it.each([
  ['<script>alert(1)</script>', 1],
  ['<body onload="x()">', 1],
  ['<a href="javascript:x()">', 1],
  ['<script src="https://cdn.test/x.js"></script>', 1],
  [
    '<script type="module" crossorigin src="../assets/a.js"></script><noscript>needs JavaScript: it is</noscript>',
    0,
  ],
])('in %s finds %i', (html, count) => {
  expect(pageFindings(html)).toHaveLength(count);
});

it.each([
  ['const e = require("electron"); const f = require("fs");', 1],
  ['import { x } from "electron";', 1],
  ['const x = import("./other.js")', 1],
  ['let electron = require("electron");', 0],
])('in the preload %s finds %i', (text, count) => {
  expect(preloadFindings(text)).toHaveLength(count);
});

it('finds a failpoint in the backend', () => {
  expect(backendFindings('failpoint("charge-and-send")')).toHaveLength(1);
  expect(backendFindings('const failpoints = 0')).toEqual([]);
});
