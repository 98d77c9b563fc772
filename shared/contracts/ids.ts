import * as z from 'zod';

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_${ULID}$`), `must look like ${prefix}_ followed by a ULID`);

export const SessionId = id('ses');
export const MessageId = id('msg');
export const CampaignId = id('cmp');
export const ChatId = id('cht');
export const WebhookId = id('whk');
export const DeliveryId = id('dlv');
export const ApiKeyId = id('key');
export const ContactId = id('con');
export const TemplateId = id('tpl');
export const MediaId = id('med');
export const ImportId = id('imp');
