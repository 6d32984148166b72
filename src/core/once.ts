/** Work that is done once, on first use: opening the mailer, creating the tables, loading the sign-in. */

/** Keeps the result of the first call. A failure is not kept: the next call tries again. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work().catch((error: unknown) => {
      result = undefined;
      throw error;
    });
    return result;
  };
}
