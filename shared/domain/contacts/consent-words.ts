/** Whole messages that say "no more" or "again", as people write them. Compared without case, accents, spaces and punctuation. */
export interface ConsentWords {
  readonly stop: readonly string[];
  readonly start: readonly string[];
}

/** English, German, Spanish, Portuguese, French, Italian, Dutch, Turkish, Indonesian, Polish, Arabic, Hindi, Russian. */
export const CONSENT_WORDS: ConsentWords = {
  stop: [
    'stop', 'stop all', 'unsubscribe', 'opt out', 'end', 'quit', 'cancel',
    'stopp', 'abmelden', 'abbestellen',
    'baja', 'parar', 'darme de baja', 'cancelar',
    'sair', 'descadastrar', 'pare',
    'arret', 'desabonner', 'desinscrire', 'stop pub',
    'annulla', 'disiscrivimi', 'cancellami',
    'afmelden', 'uitschrijven',
    'dur', 'iptal', 'berhenti', 'wypisz', 'rezygnuje',
    'توقف', 'الغاء', 'रोकें', 'стоп', 'отписаться',
  ],
  start: ['start', 'unstop', 'subscribe', 'opt in', 'anmelden', 'alta', 'reanudar', 'voltar', 'reprendre', 'riprendi', 'aanmelden', 'basla', 'mulai', 'ابدأ', 'старт'],
};

const plain = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

const LONGEST_WORDS = 40; // characters; a longer message says something else

/** What a message that came in decides: `out`, `in`, or nothing (`undefined`). Only a message that says nothing else counts. */
export function makeConsentOf({ stop, start }: ConsentWords = CONSENT_WORDS) {
  const outs = new Set(stop.map(plain));
  const ins = new Set(start.map(plain));
  return (text: string | null): 'out' | 'in' | undefined => {
    if (text === null || text.length > LONGEST_WORDS) return undefined;
    const said = plain(text);
    if (said === '') return undefined;
    return outs.has(said) ? 'out' : ins.has(said) ? 'in' : undefined;
  };
}
export type ConsentOf = ReturnType<typeof makeConsentOf>;
