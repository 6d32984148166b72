/** A bound on how long something may take, whether or not it heeds its signal. */
import { TimedOut } from './trouble';

/** Rejects with TimedOut after `ms` milliseconds and aborts the signal; leaves no timer behind. */
export async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TimedOut());
      controller.abort();
    }, ms);
  });
  try {
    return await Promise.race([work(controller.signal), bound]);
  } finally {
    clearTimeout(timer);
  }
}
