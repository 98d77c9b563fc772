import path from 'node:path';
import { build } from 'esbuild';
import type { Build } from '../settings.ts';

/** Version numbers around which the real page changed; each build behaves as the real one of that time did. */
const VERSIONS: Readonly<Record<Build, string>> = {
  classic: '2.3000.1042386815',
  'minified-key': '2.3000.1042401057',
  'media-id': '2.3000.1047712054',
  tomorrow: '2.3000.1099999999', // nobody has seen it: it lacks a module that the library needs
};

export interface PageBundle {
  readonly script: Buffer;
  html(build: Build): string;
}

/** Bundles the page once, at start. All builds share the script and differ by what their HTML says. */
export async function bundlePage(): Promise<PageBundle> {
  const result = await build({
    entryPoints: [path.join(import.meta.dirname, '../page/main.js')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'chrome120',
    logLevel: 'silent',
  });
  const [script] = result.outputFiles;
  if (!script) throw new Error('The page bundle is empty');
  return { script: Buffer.from(script.contents), html };
}

const html = (build: Build): string => `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>WhatsApp Web</title>
<meta name="page-build" content="${build}"><meta name="page-version" content="${VERSIONS[build]}">
<link rel="icon" href="data:,"></head>
<body><div id="app"></div><script src="/app.js"></script></body></html>`;
