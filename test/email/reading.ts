/** What a person reads of a mail, on one line, so that its parts can be compared. */
const PLAIN: Readonly<Record<string, string>> = {
  '&#39;': "'",
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};

/** Of the HTML part. */
export function seen(html: string): string {
  const body = html.slice(html.indexOf('<body'));
  const numbered = body.replace(/<ol.*?<\/ol>/g, list => {
    let number = 0;
    return list.replaceAll('<li>', () => ` ${++number}. `);
  });
  const words = numbered
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(#39|quot|lt|gt|amp);/g, entity => PLAIN[entity] ?? '');
  return words.replace(/\s+/g, ' ');
}

/** Of the text part. */
export function flat(text: string): string {
  return text.replace(/\n! {2}/g, '\n').replace(/\s+/g, ' ');
}
