/** HTML for mails and pages, escaped by construction: a template escapes every value that is not finished HTML already (rule 23). */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Finished HTML; only the template below makes it. */
export class Html {
  private constructor(readonly text: string) {}

  static of(strings: TemplateStringsArray, values: readonly Part[]): Html {
    const written = strings.map((text, index) => text + partOf(values[index]));
    return new Html(written.join(''));
  }
}

/** What is undefined or false is left out. */
type Part = string | number | Html | readonly Html[] | undefined | false;

/** Write `html` before a template literal: values are escaped for text and for quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Html {
  return Html.of(strings, values);
}

function partOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, character => ENTITIES[character] ?? '');
}
