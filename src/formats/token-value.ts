/** Recognises the value of a token, so that what a person pastes by mistake is refused before it is kept anywhere. */

/** The API token of an IoT Central application: `SharedAccessSignature sr=…&sig=…`, also as a key spells it, and without its first word. */
const SHARED_ACCESS =
  /SharedAccessSignature(?:\s|\+|[~%]20)+s\w{1,3}(?:=|[~%]3D)|\bsr(?:=|[~%]3D)[0-9a-f-]{36}(?:&|[~%]26)sig(?:=|[~%]3D)/i;
/** The token of a container app, and every other that Entra signs: three parts in base64url, of which two are JSON. It begins a word: else a text of many beginnings takes long. */
const SIGNED_JSON = /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/i;

export function holdsTokenValue(text: string): boolean {
  return SHARED_ACCESS.test(text) || SIGNED_JSON.test(text);
}
