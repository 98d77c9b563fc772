import { parseArgs } from 'node:util';
import * as z from 'zod';

export const HELP = `The simulated WhatsApp service: a page at https://web.whatsapp.com and virtual phones.

  node local/whatsapp/main.ts [--data-dir DIR] [--control-port N] [--page-port N] [--ephemeral]

  --data-dir DIR      where accounts, links and messages are kept (default .blazz/whatsapp)
  --control-port N    port of the control API and the phones' page; 0 takes a free one (default 0)
  --page-port N       TLS port of the simulated WhatsApp Web; 0 takes a free one (default 0)
  --ephemeral         keep everything in memory
  --help              show this

When ready it prints one line of JSON: {"control", "page", "spki", "pid"}.
With BLAZZ_PARENT_WATCH=1 it ends when the process that started it does.`;

const port = z.coerce.number().int().min(0).max(65_535);
const Options = z.object({
  dataDir: z.string().min(1),
  controlPort: port,
  pagePort: port,
  isEphemeral: z.boolean(),
});
export type Options = z.infer<typeof Options>;

/** Answers 'help' if that was asked for. Throws an Error that names the wrong flag. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'data-dir': { type: 'string', default: '.blazz/whatsapp' },
      'control-port': { type: 'string', default: '0' },
      'page-port': { type: 'string', default: '0' },
      ephemeral: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const parsed = Options.safeParse({
    dataDir: values['data-dir'],
    controlPort: values['control-port'],
    pagePort: values['page-port'],
    isEphemeral: values.ephemeral,
  });
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return parsed.data;
}
