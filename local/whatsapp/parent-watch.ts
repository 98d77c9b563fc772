/**
 * Ends this process with the one that started it: its IPC channel closes, or else its end of our stdin.
 * Only asked for by BLAZZ_PARENT_WATCH=1, because a service started by hand may well have no stdin.
 */
export function watchParent(onGone: () => void): void {
  if (process.env['BLAZZ_PARENT_WATCH'] !== '1') return;
  if (process.connected) {
    process.once('disconnect', onGone);
    return;
  }
  process.stdin.once('end', onGone);
  process.stdin.once('error', onGone);
  process.stdin.resume();
}
