/** What can keep an answer from coming, as the errors that pass through a pipeline. */

/** The time allowed for one exchange is over. */
export class TimedOut extends Error {}

/** The connection could not be made or ended early; `code` is Node's, such as `ECONNREFUSED`. */
export class BrokenOff extends Error {
  constructor(readonly code: string | undefined) {
    super();
  }
}

/** There is no token to sign a request with; `reason` is the name of the credential's error. */
export class SignInFailed extends Error {
  constructor(readonly reason: string) {
    super();
  }
}
