/** HTML for mails and pages. The template escapes every value that is not HTML already, so no value can inject markup (rule 23). */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe HTML. Only the template below makes it. */
export class Html {
  private constructor(readonly text: string) {}

  static of(strings: TemplateStringsArray, values: readonly Part[]): Html {
    const written = strings.map((text, index) => text + partOf(values[index]));
    return new Html(written.join(''));
  }
}

/** Undefined and false are written as nothing. */
type Part = string | number | Html | readonly Html[] | undefined | false;

/** A tag for template literals: it escapes values for text and for quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Html {
  return Html.of(strings, values);
}

function partOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, character => ENTITIES[character] ?? '');
}
