import { describe, expect, it } from '@jest/globals';
import { checkTemplate, placeholdersOf, renderTemplate } from '../../domain/message-template.ts';

const body = 'Hi {{name}}, we come at {{ time }}. See you, {{name}}!';

describe('message templates', () => {
  it('list each placeholder once', () => {
    expect(placeholdersOf(body)).toEqual(['name', 'time']);
    expect(placeholdersOf('No {placeholder} {{}} {{1x}} here')).toEqual([]);
  });

  it('name what is used but not declared, and declared but not used', () => {
    expect(checkTemplate(body, ['name', 'time'])).toEqual([]);
    expect(checkTemplate(body, ['name', 'van'])).toEqual([
      'The body uses {{time}}, which is not declared.',
      'The variable van is declared but the body does not use it.',
    ]);
  });

  it('fill every placeholder', () => {
    expect(renderTemplate(body, ['name', 'time'], { name: 'Ada', time: '9:00' })).toEqual({
      text: 'Hi Ada, we come at 9:00. See you, Ada!',
    });
  });

  it('put values in as they are: neither patterns nor placeholders in them mean anything', () => {
    expect(renderTemplate('{{a}}{{b}}', ['a', 'b'], { a: '$& $1', b: '{{a}}' })).toEqual({ text: '$& $1{{a}}' });
  });

  it('refuse a missing, an empty and an unknown variable by name', () => {
    expect(renderTemplate(body, ['name', 'time'], { name: ' ', colour: 'red' })).toEqual({
      missing: ['name', 'time'],
      unknown: ['colour'],
    });
  });

  it('do not take an inherited property for a value', () => {
    expect(renderTemplate('{{constructor}}', ['constructor'], {})).toEqual({ missing: ['constructor'], unknown: [] });
  });
});
