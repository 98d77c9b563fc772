/** The name and the numbers of a contact card, as WhatsApp writes them: `TEL;…;waid=4915…:+49 15…`. */
export function contactOfVcard(vcard: string): { name: string; phoneNumbers: string[] } {
  const lines = vcard.replace(/\r?\n[ \t]/g, '').split(/\r?\n/); // long lines are folded
  const name = lines.find((line) => /^FN[;:]/i.test(line));
  const phones = lines.filter((line) => /^(item\d+\.)?TEL[;:]/i.test(line));
  return { name: name ? unescaped(valueOf(name)) : '', phoneNumbers: [...new Set(phones.map(numberOf))] };
}

const valueOf = (line: string): string => line.slice(line.indexOf(':') + 1).trim();
const unescaped = (text: string): string => text.replace(/\\n/gi, ' ').replace(/\\(.)/g, '$1');

function numberOf(line: string): string {
  const id = /;waid=(\d+)/i.exec(line)?.[1];
  return id === undefined ? valueOf(line) : `+${id}`;
}
