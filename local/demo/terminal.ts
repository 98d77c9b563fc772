import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';

/** A progress bar that knows what a campaign's numbers mean. Lines instead of a bar where no terminal is attached. */
export function campaignBar(total: number): { show(sent: number, read: number, note: string): void; stop(): void } {
  const bar = new SingleBar({
    format: '  {bar} {percentage}% | sent {value}/{total} | read {read} | {note}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 1_000,
  });
  bar.start(total, 0, { read: 0, note: '' });
  return {
    show: (sent, read, note) => bar.update(sent, { read, note }),
    stop: () => bar.stop(),
  };
}

/** Rows under headings, with a rule between. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const style = process.stdout.isTTY ? { head: ['bold'], border: ['grey'] } : { head: [], border: [] };
  const drawn = new Table({ head: [...head], style });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}
