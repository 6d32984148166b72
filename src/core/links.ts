/** How links in mails are signed, and where they lead. */
export interface Links {
  /** The app's origin, without a trailing slash. */
  readonly publicUrl: string;
  readonly secret: string;
  /** The secret before this one: its links are still read, but none is signed with it. */
  readonly previous?: string;
}
