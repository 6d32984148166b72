/** HTML that is escaped by construction: a template escapes every value that is not markup already. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Finished HTML; only the template below makes it. */
export class Markup {
  private constructor(readonly html: string) {}

  static from(strings: TemplateStringsArray, values: readonly Value[]): Markup {
    return new Markup(strings.map((text, index) => text + written(values[index] ?? '')).join(''));
  }
}

type Value = string | Markup | readonly Markup[];

/** Write `markup` before a template literal: values are escaped for text and for quoted attributes. */
export function markup(strings: TemplateStringsArray, ...values: Value[]): Markup {
  return Markup.from(strings, values);
}

function written(value: Value): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, character => ENTITIES[character] ?? '');
  return value instanceof Markup ? value.html : value.map(part => part.html).join('');
}
