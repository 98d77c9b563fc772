import { describe, expect, it } from '@jest/globals';
import { placeholdersIn, templateFaults } from '../../../shared/domain/templates/placeholders.ts';
import { templateDraft, templateVariables } from '../../../shared/domain/templates/template-components.ts';
import { templateStatusOf } from '../../../shared/domain/templates/template-status.ts';
import { templateIdOf } from '../../../shared/identity/template-identity.ts';
import { TemplateId } from '../../../shared/contracts/ids.ts';

const faults = (texts: Partial<Parameters<typeof templateFaults>[0]>) => templateFaults({ body: 'Hello there', examples: {}, ...texts }).map(({ path }) => path);

describe('A template', () => {
  it.each([
    { texts: { body: 'Hello {{name}}, hi!', examples: { name: 'Ada' } }, wrong: [] },
    { texts: { body: 'Hello {{1}} and {{2}}!', examples: { 1: 'a', 2: 'b' } }, wrong: [] },
    { texts: { body: 'Hello {{ name }}!', examples: { name: 'Ada' } }, wrong: [] },
    { texts: { header: 'For {{1}}', body: 'Hello {{1}}!', examples: { 1: 'a' } }, wrong: [] },
    { texts: { body: 'Hello {{2}}!', examples: { 2: 'b' } }, wrong: ['body'] },
    { texts: { body: 'Hello {{1}} and {{3}}!', examples: { 1: 'a', 3: 'c' } }, wrong: ['body'] },
    { texts: { body: 'Hello {{Name}}!', examples: { Name: 'Ada' } }, wrong: ['body'] },
    { texts: { body: 'Hello {{}}!', examples: { '': 'x' } }, wrong: ['body'] },
    { texts: { body: 'Hello {{1}} and {{name}}!', examples: { 1: 'a', name: 'Ada' } }, wrong: ['body'] },
    { texts: { body: '{{name}}, hello!', examples: { name: 'Ada' } }, wrong: ['body'] },
    { texts: { body: 'Hello {{name}}', examples: { name: 'Ada' } }, wrong: ['body'] },
    { texts: { body: 'Hello {{a}} {{b}} there', examples: { a: '1', b: '2' } }, wrong: ['body'] },
    { texts: { header: '{{a}} and {{b}}', examples: { a: '1', b: '2' } }, wrong: ['header'] },
    { texts: { footer: 'Bye {{a}}' }, wrong: ['footer'] },
    { texts: { body: 'Hello {{name}}!' }, wrong: ['examples.name'] },
    { texts: { examples: { name: 'Ada' } }, wrong: ['examples.name'] },
  ])('$texts: $wrong', ({ texts, wrong }) => expect(faults(texts as object)).toEqual(wrong));

  it('asks for each placeholder once, in order', () => {
    expect(placeholdersIn('{{b}} {{a}} {{ b }}')).toEqual(['b', 'a']);
    expect(templateVariables({ components: [{ type: 'HEADER', text: 'x {{h}}' }, { type: 'body', text: 'y {{b}} {{h}}' }, { type: 'FOOTER' }, {}] })).toEqual(['h', 'b']);
  });

  it('without placeholders goes without examples', () => {
    const draft = templateDraft({ sessionId: 'ses', name: 'a', language: 'de', category: 'marketing', body: 'Hello', examples: {} });
    expect(draft).toEqual({ name: 'a', language: 'de', category: 'MARKETING', parameterFormat: 'NAMED', components: [{ type: 'BODY', text: 'Hello' }] });
  });

  it.each([['APPROVED', 'approved'], ['FLAGGED', 'approved'], ['PENDING_DELETION', 'pending_deletion'], ['SOMETHING_NEW', 'other']])('in Meta’s word %s is %s', (word, status) => {
    expect(templateStatusOf(word)).toBe(status);
  });

  it('has an id that follows from its name, and differs by workspace', () => {
    const id = templateIdOf('wsp_a', '1', 'x', 'de');
    expect(TemplateId.safeParse(id).success).toBe(true);
    expect(templateIdOf('wsp_a', '1', 'x', 'de')).toBe(id);
    expect(new Set([id, templateIdOf('wsp_b', '1', 'x', 'de'), templateIdOf('wsp_a', '2', 'x', 'de'), templateIdOf('wsp_a', '1', 'x', 'en')]).size).toBe(4);
  });
});
