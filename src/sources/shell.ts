/** Text of a registry row in commands that people copy: no shell may take it for more than one word (rule 22). */

/** The text as it is, if it is short and every shell takes it for one word that is no option; else undefined. */
export function shellWord(text: string): string | undefined {
  return /^[A-Za-z0-9_][\w.-]{0,199}$/.test(text) ? text : undefined;
}

/** A URL in double quotes, which bash, PowerShell and cmd understand. */
export function quotedUrl(url: string): string {
  // encodeURIComponent leaves these, and `!` has a meaning in bash even within quotes.
  return `"${url.replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)}"`;
}
