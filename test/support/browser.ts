import { findBrowser } from '../../fleet/whatsapp/webjs/browser-executable.ts';

/** The puppeteer options that name the browser the fleet itself would run on this machine. */
export async function browserOptions(): Promise<{ executablePath: string; env: Record<string, string | undefined> }> {
  const { path, libraryPath } = await findBrowser(process.env['PUPPETEER_EXECUTABLE_PATH']);
  return { executablePath: path, env: { ...process.env, ...(libraryPath && { LD_LIBRARY_PATH: libraryPath }) } };
}
