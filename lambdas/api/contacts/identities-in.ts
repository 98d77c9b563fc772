/** The number last, so that it is what the contact is called by in errors and events first of all. */
export const identitiesIn = ({ phoneNumber, lid, bsuid }: { readonly phoneNumber?: string; readonly lid?: string; readonly bsuid?: string }): string[] =>
  [bsuid, lid, phoneNumber].filter((identity) => identity !== undefined);
