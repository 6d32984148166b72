/** One operation as the document's list writes it: what it takes and answers, as data. */
import type { ProblemKind } from '../problem';
import type { Entries, QuerySchema } from '../query';
import type { Component } from './components';

export type Method = 'get' | 'post' | 'put' | 'delete';
export type Tag = 'Asking' | 'Acting' | 'Registry' | 'For programs' | 'Pages';

/** Request headers that operations go by. */
export type Header = 'If-Match' | 'If-None-Match';

/** A media type, and the component it is; the others are described by their own standards. */
export type Content = Readonly<Record<string, Component | 'text'>>;

export interface Answered {
  readonly is: string;
  readonly content?: Content;
  /** Response headers, each with what it says. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Operation {
  /** The function that serves it, and what tells apart the methods of one function. */
  readonly id: string;
  readonly method: Method;
  /** Below the prefix `/api`; `{scope}` and `{name}` are the table keys. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  readonly query?: QuerySchema<Entries>;
  readonly headers?: readonly Header[];
  readonly body?: Content;
  readonly answers: Readonly<Record<number, Answered>>;
  /** Beside those that every operation shares. */
  readonly problems?: readonly ProblemKind[];
  readonly isAnonymous?: true;
}
