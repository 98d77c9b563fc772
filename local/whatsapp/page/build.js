/** Which state of the real page this one imitates; the server says so in the HTML it serves. */
const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;

export const BUILD = meta('page-build');
export const VERSION = meta('page-version');
