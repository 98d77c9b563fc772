import { createWid, Wid } from './wid.js';

/** Attributes of a message that travel and are stored beside its body. */
const CONTENT_KEYS = [
  'caption', 'mimetype', 'filename', 'filehash', 'encFilehash', 'mediaKey', 'mediaKeyTimestamp', 'directPath',
  'clientUrl', 'size', 'duration', 'width', 'height', 'isGif', 'isViewOnce',
  'loc', 'lat', 'lng',
  'vcardFormattedName', 'vcardList',
  'pollName', 'pollOptions', 'pollSelectableOptionsCount',
  'quotedMsg', 'quotedStanzaID', 'quotedParticipant',
  'mentionedJidList', 'isForwarded', 'forwardingScore',
  'title', 'description', 'matchedText', 'subtype', // what a link leads to
  'target', 'targetFrom', 'options',
];

const isNothing = (value) => value === undefined || value === null || (Array.isArray(value) && value.length === 0);

function plain(value) {
  if (value instanceof Wid) return value.toString();
  return Array.isArray(value) ? value.map(plain) : value;
}

/** `undefined` for the common case of nothing but a body. */
export function contentOf(attributes) {
  let content;
  for (const key of CONTENT_KEYS) {
    const value = attributes[key];
    if (isNothing(value)) continue;
    content ??= {};
    content[key] = plain(value);
  }
  return content;
}

/** The attributes that `content` stands for. */
export function attributesFrom(content) {
  if (!content) return undefined;
  const attributes = { ...content };
  if (content.quotedParticipant) attributes.quotedParticipant = createWid(content.quotedParticipant);
  if (content.mentionedJidList) attributes.mentionedJidList = content.mentionedJidList.map(createWid);
  return attributes;
}
