import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Template, Templates } from '../../shared/domain/templates/templates.ts';
import { templateIdOf } from '../../shared/identity/template-identity.ts';
import { anId } from '../support/builders/session.ts';

export interface TemplatesHarness {
  readonly templates: Templates;
  stop(): Promise<void>;
}

const NOON = Date.UTC(2026, 5, 1, 12);

function aTemplate(change: Partial<Template> = {}): Template {
  const { workspaceId = anId('wsp'), businessAccountId = '1', name = 'order_ready', language = 'en' } = change;
  return {
    id: templateIdOf(workspaceId, businessAccountId, name, language),
    workspaceId, businessAccountId, name, language,
    metaId: '7', category: 'UTILITY', status: 'pending', rejectedReason: null, parameterFormat: 'NAMED',
    components: [{ type: 'BODY', text: 'Hi {{name}}!', example: { body_text_named_params: [{ param_name: 'name', example: 'Ada' }] } }],
    createdAt: NOON, updatedAt: NOON,
    ...change,
  };
}

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeTemplates(name: string, start: () => Promise<TemplatesHarness>): void {
  describe(`${name} keeps the contract of Templates`, () => {
    let harness: TemplatesHarness;
    let templates: Templates;
    beforeAll(async () => {
      harness = await start();
      templates = harness.templates;
    });
    afterAll(() => harness.stop());

    it('gives back what was saved, and on the next save what was there', async () => {
      const template = aTemplate();
      expect(await templates.save(template)).toBeUndefined();
      const next = { ...template, status: 'approved', createdAt: NOON + 5, updatedAt: NOON + 5 } as const;
      expect(await templates.save(next)).toEqual(template);
      expect(await templates.get(template.workspaceId, template.id)).toEqual({ ...next, createdAt: NOON });
    });

    it('notes a review of what is there, and says how it was', async () => {
      const template = aTemplate();
      await templates.save(template);
      const review = { status: 'rejected', rejectedReason: 'SCAM', at: NOON + 9 } as const;
      const after = { ...template, status: 'rejected', rejectedReason: 'SCAM', updatedAt: NOON + 9 };
      expect(await templates.review(template.workspaceId, template.id, review)).toEqual({ before: template, after });
      expect(await templates.get(template.workspaceId, template.id)).toEqual(after);
      expect(await templates.review(template.workspaceId, aTemplate().id, review)).toBeUndefined();
    });

    it('lists page by page, by status and name, and by account', async () => {
      const workspaceId = anId('wsp');
      const made = ['a', 'b', 'c'].map((each, i) => aTemplate({ workspaceId, name: each, businessAccountId: String(i % 2), status: i === 0 ? 'approved' : 'pending' }));
      for (const template of made) await templates.save(template);
      const first = await templates.list(workspaceId, { limit: 2 });
      const second = await templates.list(workspaceId, { limit: 2, cursor: first.cursor });
      expect(new Set([...first.items, ...second.items].map((each) => each.name))).toEqual(new Set(['a', 'b', 'c']));
      expect(second.cursor).toBeUndefined();
      expect((await templates.list(workspaceId, { limit: 9 }, { status: 'approved' })).items.map((each) => each.name)).toEqual(['a']);
      expect((await templates.list(workspaceId, { limit: 9 }, { name: 'c' })).items.map((each) => each.name)).toEqual(['c']);
      expect((await templates.listOfAccount(workspaceId, '0')).map((each) => each.name).toSorted()).toEqual(['a', 'c']);
    });

    it('forgets what was deleted, and shows nothing to another workspace (I6)', async () => {
      const template = aTemplate();
      await templates.save(template);
      await expect(templates.get(anId('wsp'), template.id)).rejects.toMatchObject({ code: 'template_not_found' });
      await templates.delete(anId('wsp'), template.id);
      await templates.get(template.workspaceId, template.id);
      await templates.delete(template.workspaceId, template.id);
      await templates.delete(template.workspaceId, template.id);
      await expect(templates.get(template.workspaceId, template.id)).rejects.toMatchObject({ code: 'template_not_found' });
    });
  });
}
