import { expect, it } from '@jest/globals';
import { eventBody } from '../../../shared/domain/webhooks/event-body.ts';
import { anEvent } from '../../support/builders/webhook.ts';

it('is the same text whatever order the fields come in, and the same event', () => {
  const event = anEvent({ chatId: 'cht_1', sequence: 3, data: { b: [{ d: 1, c: null }], a: 'x' } });
  const shuffled = anEvent({ data: { a: 'x', b: [{ c: null, d: 1 }] }, sequence: 3, chatId: 'cht_1', createdAt: event.createdAt, id: event.id });
  expect(eventBody(shuffled)).toBe(eventBody(event));
  expect(JSON.parse(eventBody(event))).toEqual(event);
  expect(eventBody(event)).toMatch(/^\{"id":.*,"sequence":3,"data":\{"a":"x","b":\[\{"c":null,"d":1\}\]\}\}$/);
});
