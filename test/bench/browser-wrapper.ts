import { chmod, writeFile } from 'node:fs/promises';
import type { BrowserExecutable } from '../../fleet/whatsapp/webjs/browser-executable.ts';

/** How a browser is to be started otherwise than the fleet starts it. */
export interface FlagChange {
  /** Left out; `*` stands for any text. */
  readonly without?: readonly string[];
  readonly with?: readonly string[];
  /** Chromium takes the last of two lists of features, so these join the one that is there. */
  readonly disabling?: readonly string[];
  /** Taken out of the list of enabled features. */
  readonly notEnabling?: string;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const pattern = (flag: string): string => flag.split('*').map((part) => (part === '' ? '' : quoted(part))).join('*');

const branches = ({ without = [], disabling = [], notEnabling }: FlagChange): string[] => [
  ...without.map((flag) => `${pattern(flag)}) ;;`),
  ...(disabling.length > 0 ? [`--disable-features=*) set -- "$@" "$arg,${disabling.join(',')}" ;;`] : []),
  ...(notEnabling ? [`--enable-features=*) set -- "$@" "$(printf %s "$arg" | sed s/${notEnabling}//)" ;;`] : []),
];

/** A program in the browser's place that changes its flags and becomes it, so that nothing stays in between. */
export async function writeWrapper(path: string, browser: BrowserExecutable, change: FlagChange): Promise<void> {
  const script = [
    '#!/bin/sh',
    ...(browser.libraryPath ? [`export LD_LIBRARY_PATH=${quoted(browser.libraryPath)}`] : []),
    'for arg do',
    '  shift',
    '  case "$arg" in',
    ...branches(change).map((branch) => `    ${branch}`),
    '    *) set -- "$@" "$arg" ;;',
    '  esac',
    'done',
    `exec ${[browser.path, ...(change.with ?? [])].map(quoted).join(' ')} "$@"`,
  ];
  await writeFile(path, `${script.join('\n')}\n`);
  await chmod(path, 0o755);
}
