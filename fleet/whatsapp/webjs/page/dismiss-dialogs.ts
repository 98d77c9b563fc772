/** What of the DOM is used here; Node's types know none of it. */
interface Dialog {
  readonly textContent: string | null;
  querySelectorAll(css: string): ArrayLike<{ click(): void }>;
}
declare const document: { querySelectorAll(css: string): ArrayLike<Dialog> };
declare const MutationObserver: new (onChange: () => void) => { observe(root: unknown, what: object): void };

/**
 * Clicks dialogs such as "What's new" away as they come, also while the page starts: a fresh link ends after minutes
 * when nobody does. What asks for a passkey is for a person.
 */
export function dismissDialogs(): void {
  const LOOK_AFTER_MS = 300; // a busy page changes all the time; one look at a time is enough
  let timer: unknown;

  const click = (): void => {
    timer = undefined;
    for (const dialog of Array.from(document.querySelectorAll('[role="dialog"][data-animate-modal-popup]'))) {
      if (!/passkey/i.test(dialog.textContent ?? '')) Array.from(dialog.querySelectorAll('button')).at(-1)?.click();
    }
  };
  new MutationObserver(() => {
    timer ??= setTimeout(click, LOOK_AFTER_MS);
  }).observe(document, { childList: true, subtree: true });
}
