import { Collection } from './collection.js';
import { Model } from './model.js';
import { line, me } from './session.js';
import { createWid } from './wid.js';

class ContactModel extends Model {
  get formattedName() {
    return this.name ?? this.pushname ?? `+${this.id.user}`;
  }

  get isMe() {
    return this.id.equals(me.wid);
  }
}

class ContactCollection extends Collection {
  async find(id) {
    return contactFor(createWid(id));
  }
}

export const Contact = new ContactCollection();

/** Lid by phone address and the other way round, as far as we were told. */
const lids = new Map();
const phones = new Map();

export function contactFor(wid) {
  const existing = Contact.get(wid);
  if (existing) return existing;
  const contact = new ContactModel({
    id: wid,
    pushname: undefined,
    name: undefined,
    type: 'in',
    isBusiness: false,
    isEnterprise: false,
    isContactBlocked: false,
  });
  Contact.add(contact);
  return contact;
}

export function learnName(wid, pushname) {
  if (pushname) contactFor(wid).set({ pushname });
}

export const lidOf = (wid) => (wid.isLid() ? wid : lids.get(wid.toString()));
export const phoneOf = (wid) => (wid.isLid() ? phones.get(wid.toString()) : wid);

/** Asks the service who has this address. `null`: nobody. */
export async function lookUp(wid) {
  const person = await line.ask('exists', wid.toString());
  if (!person) return null;
  const phone = createWid(person.jid);
  const lid = createWid(person.lid);
  lids.set(phone.toString(), lid);
  phones.set(lid.toString(), phone);
  learnName(phone, person.name);
  return { wid: phone, lid, biz: false };
}
