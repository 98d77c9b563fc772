import { describe, expect, it } from '@jest/globals';
import { missingVariables, parseTemplate, problemsOf, render } from '../../../shared/domain/campaigns/template.ts';

const filled = (text: string, variables = {}) => render(parseTemplate(text), variables);

describe('a campaign text', () => {
  it.each([
    ['Hi {{name}}!', { name: 'Ann' }, 'Hi Ann!'],
    ['Hi {{ name }}, {{name}}', { name: 'Ann' }, 'Hi Ann, Ann'],
    ['Hi {{name|there}}', {}, 'Hi there'],
    ['Hi {{ name | dear friend }}', {}, 'Hi dear friend'],
    ['Hi {{name|there}}', { name: '' }, 'Hi there'],
    ['Hi {{name|there}}', { name: 'Ann' }, 'Hi Ann'],
    ['A{{x|}}B', {}, 'AB'],
    ['{{a|b|c}}', {}, 'b|c'],
    ['{{order.id}} {{first-name}}', { 'order.id': '7', 'first-name': 'Bo' }, '7 Bo'],
    ['{"a": 1} {x}', {}, '{"a": 1} {x}'],
    ['{{constructor|none}}', {}, 'none'],
    ['{{name}}', { name: '{{other}} $& $1' }, '{{other}} $& $1'],
    ['one\n{{two}}\nthree', { two: '2' }, 'one\n2\nthree'],
  ])('%j with %j reads %j', (text, variables, expected) => {
    expect(filled(text, variables)).toBe(expected);
  });

  it.each([
    ['Hi {{name', '{{'],
    ['Hi name}}', '}}'],
    ['{{}}', '{{}}'],
    ['{{na me}}', '{{na me}}'],
    ['{{1st}}', '{{1st}}'],
    ['{{|x}}', '{{|x}}'],
    ['{{a}} {{b', '{{'],
    ['{{a{{b}}}}', '{{'],
  ])('%j is refused, naming %j', (text, named) => {
    expect(() => parseTemplate(text)).toThrow(
      expect.objectContaining({ code: 'invalid_template', kind: 'invalid', fields: [{ path: 'message.text', message: expect.stringContaining(named) }] }),
    );
  });

  it('names each missing variable once', () => {
    expect(missingVariables(parseTemplate('{{a}} {{b|x}} {{a}} {{c}}'), { c: '1' })).toEqual(['a']);
  });

  it.each([
    ['Hi {{name}}', {}, 'variables.name'],
    ['{{name|}}', {}, 'variables'],
    ['{{a}}', { a: 'x'.repeat(65_537) }, 'variables'],
  ])('%j with %j has a problem at %s', (text, variables, path) => {
    expect(problemsOf(parseTemplate(text), variables)).toEqual([expect.objectContaining({ path })]);
  });

  it('has no problem without a text', () => {
    expect(problemsOf([], {})).toEqual([]);
  });
});
