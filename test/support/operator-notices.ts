/** The kinds of notices about the watcher itself. */
import { isOperatorNotice, NOTICE_KINDS, type OperatorNotice } from '../../src/core/notices';

export const OPERATOR_NOTICES: readonly OperatorNotice[] = NOTICE_KINDS.filter(isOperatorNotice);
