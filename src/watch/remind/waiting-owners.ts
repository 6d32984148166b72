/** Who waits for a mail: the owners one by one, the most urgent first, read from the outbox in few pages however much waits there (rule 15). */
import { addressKey } from '../../core/address';
import { MOST_LINES, urgencyAt } from '../../core/digest';
import type { Reminder } from '../../core/reminder';
import { isIn, type Range, rangesAt, split } from '../../core/urgency';
import type { Instant } from '../../formats/instant';
import { compareText } from '../../formats/text';
import type { HeldClaim, Outbox, OutboxLine, OutboxPage, OwnerLines, SentDigest } from '../ports';
import { isOurs } from './tries';

/** What is known of an owner so far. */
interface Known {
  readonly owner: string;
  readonly lines: OutboxLine[];
  readonly sent: SentDigest[];
  claim: HeldClaim | undefined;
  hadTurn: boolean;
}

type Pages = Pick<Outbox, 'firstPage' | 'digests' | 'waiting' | 'of' | 'ofSome'>;

/** A range of which a sample of a page has this many is not asked for: it is split at once. */
const MANY = 500;
/** About so many of a thousand samples are in the first part: a whole mail, and no more than a page, for 2,000 to 20,000 lines. */
const FIRST_PART = 45;
/** Pages that are read to find one more owner, or a whole mail for one. After that, what was found on the way will do. */
const MOST_PAGES = 8;
/** Owners whose lines are read together: a mail then costs a part of a page. */
const MOST_AHEAD = 10;
/** A filter has room for a few, in the order of their backlogs. */
const MOST_LEFT_OUT = 4;

/** Reads one page; if that is not all, also the claims and the followed digests. Lines are then looked for as they are needed. */
export async function waitingOwners(outbox: Pages, now: Instant) {
  const byUrgency = urgencyAt(now);
  const owners = new Map<string, Known>();
  const first = await outbox.firstPage();
  addTo(owners, first.whole ? first : await outbox.digests());
  let queue = queueOf(owners, byUrgency);
  let search = first.whole ? undefined : inOrder(outbox, first, now, () => leftOut(owners));

  /** Reads pages until there are enough lines, or for as long as it is worth. @returns whether it read any */
  const look = async (isEnough: () => boolean): Promise<boolean> => {
    let onTheWay = first;
    let pages = 0;
    for (; search && !isEnough() && pages < MOST_PAGES; pages += 1) {
      const { done, value } = await search.next();
      if (done) search = undefined;
      else if (value.inOrder) addTo(owners, value);
      else onTheWay = value;
    }
    if (pages === MOST_PAGES && !isEnough()) addTo(owners, onTheWay);
    return pages > 0;
  };
  const nextInQueue = async (): Promise<Known | undefined> => {
    const isOneKnown = () => queue.some(({ hadTurn, lines }) => !hadTurn && lines.length > 0);
    const isOneFound = () => [...owners.values()].some(({ hadTurn, lines }) => !hadTurn && lines.length > 0);
    if (!isOneKnown() && (await look(isOneFound))) queue = queueOf(owners, byUrgency);
    return queue.shift();
  };
  /** All that waits for owners whose turn comes soon, by address. */
  const ahead = new Map<string, OwnerLines>();
  const allOf = async (known: Known): Promise<OwnerLines> => {
    const key = addressKey(known.owner);
    if (!ahead.has(key)) {
      const next = [known, ...queue].filter(({ claim, lines }) => !claim && lines.length < MOST_LINES);
      const page = await outbox.ofSome(next.slice(0, MOST_AHEAD).map(({ owner }) => owner));
      const last = page.whole ? undefined : page.owners.at(-1);
      for (const owner of page.owners)
        ahead.set(addressKey(owner.owner), owner === last ? { ...owner, cut: true } : owner);
    }
    return ahead.get(key) ?? (await outbox.of(known.owner));
  };
  /** A page has the rest of an owner's lines, unless they have a backlog. Then the search goes on for them. */
  const withOtherLines = async (known: Known): Promise<OwnerLines> => {
    const isEnough = () => known.lines.length >= MOST_LINES;
    if (known.claim || isEnough()) return { ...known, cut: true };
    const page: OwnerLines = hasBacklog(known, first) ? known : await allOf(known);
    if (page !== known && !page.cut) return page;
    if (await look(isEnough)) queue = queueOf(owners, byUrgency).filter(other => other !== known);
    return { ...page, lines: isEnough() ? known.lines : unionOf(known.lines, page.lines), cut: true };
  };
  return {
    /** Undefined when nobody else waits, or when the search for one would take too many storage calls in this run. */
    async next(): Promise<OwnerLines | undefined> {
      const known = await nextInQueue();
      if (!known) return undefined;
      const owner = first.whole ? known : await withOtherLines(known);
      known.hadTurn = true;
      return owner;
    },
    /** Of those with a digest that was begun, who are all known from the start. Undefined when none is left. */
    async nextClaimed(): Promise<OwnerLines | undefined> {
      const known = queue.find(({ claim }) => claim !== undefined);
      if (!known) return undefined;
      queue = queue.filter(other => other !== known);
      known.hadTurn = true;
      return first.whole ? known : { ...known, cut: true };
    },
    /** False when all that waits is read and had its turn. */
    isAnyoneLeft: () => search !== undefined || queue.length > 0,
    /** Owners with accepted digests of which the end is not known. */
    followed: (): OwnerLines[] => [...owners.values()].filter(({ sent }) => sent.length > 0),
  };
}

/** A page of lines: in order, or found on the way to more urgent ones. */
type Found = OutboxPage & { readonly inOrder: boolean };

/** One page after the other, the most urgent lines first. */
async function* inOrder(
  outbox: Pages,
  first: OutboxPage,
  now: Instant,
  leftOut: () => readonly string[],
): AsyncGenerator<Found, undefined> {
  for (const range of rangesAt(now)) yield* inRange(range, remindersIn(first));

  async function* inRange(range: Range, known: readonly Reminder[]): AsyncGenerator<Found, undefined> {
    const others = leftOut().map(addressKey);
    let samples = known.filter(one => isIn(range, one) && !others.includes(addressKey(one.owner)));
    if (samples.length < MANY) {
      const page = await outbox.waiting(range, leftOut());
      if (page.whole) {
        yield { ...page, inOrder: true };
        return;
      }
      samples = remindersIn(page);
      yield { ...page, inOrder: false };
    }
    const parts = split(range, samples, FIRST_PART);
    if (parts.length === 0) return yield* ofOneInstant(range);
    for (const part of parts) yield* inRange(part, samples);
  }

  /** All are equally urgent, so they come by owner. What a page has not of its last owner is left for a later run. */
  async function* ofOneInstant(range: Range): AsyncGenerator<Found, undefined> {
    let after: string | undefined;
    for (;;) {
      const page: OutboxPage = await outbox.waiting(range, leftOut(), after);
      yield { ...page, inOrder: true };
      after = page.owners.at(-1)?.owner;
      if (page.whole || after === undefined) return;
    }
  }
}

function remindersIn({ owners }: OutboxPage): Reminder[] {
  return owners.flatMap(({ lines }) => lines.map(({ reminder }) => reminder));
}

function addTo(owners: Map<string, Known>, page: OutboxPage): void {
  for (const { owner, lines, claim, sent } of page.owners) {
    const key = addressKey(owner);
    const known = owners.get(key) ?? { owner, lines: [], sent: [], claim, hadTurn: false };
    known.lines.splice(0, Infinity, ...unionOf(known.lines, lines));
    known.sent.push(...sent);
    owners.set(key, known);
  }
}

function unionOf(some: readonly OutboxLine[], others: readonly OutboxLine[]): OutboxLine[] {
  return [...new Map([...some, ...others].map(line => [line.id, line])).values()];
}

/** Whether the lines of an owner fill much of the first page: a page of their own would not have them all. */
function hasBacklog({ owner }: Known, { owners }: OutboxPage): boolean {
  const found = owners.find(other => addressKey(other.owner) === addressKey(owner));
  return found !== undefined && found.lines.length >= MANY;
}

/** Whose other lines are not needed in this run: they had their turn, or a whole mail is known for them. The longest backlogs first. */
function leftOut(owners: ReadonlyMap<string, Known>): string[] {
  return [...owners.values()]
    .filter(({ hadTurn, lines }) => hadTurn || lines.length >= MOST_LINES)
    .sort((a, b) => b.lines.length - a.lines.length)
    .slice(0, MOST_LEFT_OUT)
    .map(({ owner }) => owner);
}

type ByUrgency = ReturnType<typeof urgencyAt>;

/** The most urgent owner first. */
function queueOf(owners: ReadonlyMap<string, Known>, byUrgency: ByUrgency): Known[] {
  const waiting = [...owners.values()].filter(
    ({ hadTurn, lines, claim }) => !hadTurn && (lines.length > 0 || claim !== undefined),
  );
  return waiting
    .map(known => ({ known, mostUrgent: mostUrgentOf(known, byUrgency) }))
    .sort((a, b) => compareOwners(a, b, byUrgency))
    .map(({ known }) => known);
}

function mostUrgentOf({ lines }: Known, byUrgency: ByUrgency): Reminder | undefined {
  const [first, ...others] = lines.map(({ reminder }) => reminder);
  return others.reduce((a, b) => (a && byUrgency(a, b) <= 0 ? a : b), first);
}

interface Candidate {
  readonly known: Known;
  readonly mostUrgent: Reminder | undefined;
}

/**
 * Who has an ended claim comes first: it takes no mail. Whose mail met a fault of our own comes after the others, since a fault
 * of one recipient's may look like one and end the run. Owners for whom no reminder is known come last.
 */
function compareOwners(a: Candidate, b: Candidate, byUrgency: ByUrgency): number {
  const byClaim = placeOf(a.known) - placeOf(b.known);
  if (byClaim !== 0) return byClaim;
  if (a.mostUrgent && b.mostUrgent)
    return byUrgency(a.mostUrgent, b.mostUrgent) || compareText(a.known.owner, b.known.owner);
  return Number(!a.mostUrgent) - Number(!b.mostUrgent);
}

function placeOf({ claim }: Known): number {
  if (claim?.accepted || claim?.refusal !== undefined) return 0;
  return isOurs(claim?.trouble?.cause) ? 2 : 1;
}
