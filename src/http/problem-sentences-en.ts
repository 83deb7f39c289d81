import type { DoorCode, ProblemSentences } from './problem-table.js';

/** Every problem in English. */
export const PROBLEMS_EN: Readonly<Record<DoorCode, ProblemSentences>> = {
  ACCOUNT_UNAVAILABLE: {
    title: 'Account unavailable',
    detail: 'The supplier cannot be reached and no earlier balance is known; try again later.',
  },
  ACTION_NOT_POSSIBLE: {
    title: 'Not possible for this operation',
    detail: 'This operation does not allow that now; read its state, what is possible and why the rest is not.',
  },
  ACTIVITY_EXISTS: {
    title: 'Activity already recorded',
    detail: 'This activity is already recorded with other content; read operationId and correct that one.',
  },
  ACTIVITY_NOT_SUPPORTED: {
    title: 'Activity not supported',
    detail: 'This scheme does not take activities of this type, or lacks a field it needs; see its terms.',
  },
  ALREADY_REFUNDED: {
    title: 'Already refunded',
    detail: 'Nothing of this redemption is left to refund; read its refunds.',
  },
  ALREADY_REVERSED: {
    title: 'Already reversed',
    detail: 'Nothing of this accrual is left to reverse; read its reversals.',
  },
  APPROVAL_STATE: {
    title: 'Approval not open',
    detail: 'This approval is decided already or has expired; read its state, and ask again where it is still needed.',
  },
  BACKLOG_FULL: {
    title: 'Too much is waiting for this scheme',
    detail:
      'More operations wait for the supplier than should; nothing was stored. Send it again with the same key after Retry-After.',
  },
  BREAK_STATE: {
    title: 'Not possible for this break',
    detail: 'This break is past that, or does not allow it; read its state and its actions.',
  },
  CAPABILITY_MISSING: {
    title: 'Not possible at this scheme',
    detail: 'This scheme does not offer this; its capabilities say what it does.',
  },
  CONNECTION_EXISTS: {
    title: 'Connected already',
    detail: 'There is a connection for this scheme and tenant already; change that one instead.',
  },
  CONNECTION_SHARED: {
    title: 'Shared with other tenants',
    detail:
      "Other tenants use this connection too: only the operator's administration may pause or resume it; ask them.",
  },
  CONSENT_MISSING: {
    title: 'Consent missing',
    detail: "The traveller's consent does not cover this; obtain it and link again with its scopes.",
  },
  CONTENT_TYPE_UNSUPPORTED: {
    title: 'Media type not supported',
    detail: 'Send the body uncompressed, in UTF-8, with the Content-Type that this request takes.',
  },
  FORBIDDEN: {
    title: 'Not allowed',
    detail: 'This key does not have the scope for this; use another key or have the scope added.',
  },
  HEADERS_TOO_LARGE: { title: 'Headers too large', detail: 'Send at most 16 KiB and 100 lines of headers.' },
  HOLD_ENDING: {
    title: 'Hold about to end',
    detail: 'Too little time is left of the hold to confirm it safely; release it and redeem again with a new quote.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    title: 'Still running',
    detail: 'The first request with this Idempotency-Key is still running; ask again in a moment.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    title: 'Idempotency-Key not valid',
    detail: 'Send one Idempotency-Key of 1 to 255 printable ASCII characters.',
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    title: 'Idempotency-Key required',
    detail: 'Send an Idempotency-Key header, and the same one when you repeat this request.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: 'Idempotency-Key used for another request',
    detail: 'This key already stands for a different request; use a new key.',
  },
  INSUFFICIENT_POINTS: {
    title: 'Not enough points',
    detail: 'The member has too few points that are not set aside already; ask for a cheaper reward or redeem later.',
  },
  INTERNAL: {
    title: 'Our fault',
    detail: 'Something went wrong here; repeat it with the same Idempotency-Key, or tell us the requestId.',
  },
  INVALID: {
    title: 'Invalid request',
    detail: 'The request is wrong at the places listed in errors; correct them and send it again.',
  },
  LINK_NOT_ACTIVE: {
    title: 'Link not active',
    detail: 'This link is not active; read its state and reason, and link again where needed.',
  },
  LINK_REFUSED: { title: 'Link refused', detail: 'The supplier refused this member; reason says why.' },
  MALFORMED: {
    title: 'Unreadable request',
    detail: 'The request could not be read as HTTP with a JSON body in UTF-8; correct it and send it again.',
  },
  METHOD_NOT_ALLOWED: { title: 'Method not allowed', detail: 'This address takes the methods named in Allow.' },
  NOT_FOUND: { title: 'Not found', detail: 'There is nothing here for this key; check the address and the id.' },
  NOT_REFUNDABLE: {
    title: 'Cannot be refunded',
    detail: 'Only a confirmed redemption can be refunded; read this operation.',
  },
  NOT_REVERSIBLE: {
    title: 'Cannot be reversed',
    detail: 'This operation cannot be reversed in the state it is in; read it.',
  },
  NUMBER_IN_USE: {
    title: 'Number in use',
    detail: 'This member number is linked to another traveller; check the number or the traveller.',
  },
  OPERATION_NOT_CANCELLABLE: {
    title: 'Cannot be cancelled',
    detail: 'This operation can no longer be cancelled; read it, and reverse it once it is posted.',
  },
  PAYLOAD_TOO_LARGE: { title: 'Body too large', detail: 'Send less at once: 64 KiB, or 4 MiB as a batch.' },
  POINTS_REQUIRED: {
    title: 'Points required',
    detail: "The scheme's earn table cannot tell the points of this activity; send points.",
  },
  PRICE_REQUIRED: {
    title: 'Price required',
    detail: 'The points of a reward follow from its price; send price, or points where you know them.',
  },
  QUOTE_EXPIRED: { title: 'Quote expired', detail: 'This quote can no longer be used; ask for a new one.' },
  QUOTE_USED: {
    title: 'Quote already used',
    detail: 'A quote makes one redemption, and this one has; read operationId, or ask for a new quote.',
  },
  RECONCILIATION_STATE: {
    title: 'Not possible for this reconciliation',
    detail: 'Only a completed reconciliation of a closed day can be signed off; read it, and try again once it is.',
  },
  REDEMPTION_STATE: {
    title: 'Not possible in this state',
    detail: 'The redemption is in the state that is named in state, in which this cannot be done; read it.',
  },
  REFUND_EXCEEDS: {
    title: 'More than is left',
    detail: 'Refunds together cannot exceed the redemption; ask for fewer points or for all that is left.',
  },
  REQUEST_TIMEOUT: { title: 'Request too slow', detail: 'The request did not arrive in time; send it again.' },
  REQUEUE_CHANGED: {
    title: 'Not as it was shown',
    detail: 'Operations of this preview have moved on since; preview again and run what that shows.',
  },
  REVERSAL_EXCEEDS: {
    title: 'More than is left',
    detail: 'Reversals together cannot exceed the accrual; ask for fewer points or for all that is left.',
  },
  REWARD_NOT_SUPPORTED: {
    title: 'Reward not supported',
    detail: 'Points of this scheme do not buy rewards of this type; its terms say which.',
  },
  SCHEME_UNKNOWN: { title: 'Unknown scheme', detail: 'There is no such scheme; GET /v1/schemes lists them.' },
  SECOND_PERSON_NEEDED: {
    title: 'A second person has to decide',
    detail: 'This act was asked for with this key; somebody else has to approve or decline it with theirs.',
  },
  SIGNATURE_INVALID: {
    title: 'Signature not valid',
    detail: 'The signature is missing, wrong, too old or not of this connection; sign again and send again.',
  },
  SUPPLIER_REFERENCE_TAKEN: {
    title: 'Supplier reference belongs to another operation',
    detail: 'Another operation has this supplier reference already; check which of the two it stands for.',
  },
  SUPPLIER_UNAVAILABLE: { title: 'Supplier unavailable', detail: 'The supplier cannot be reached; try again later.' },
  TOO_EARLY: { title: 'Too early', detail: 'The activity has not taken place yet; send it again afterwards.' },
  UNAUTHENTICATED: { title: 'Not authenticated', detail: 'Send a valid key: Authorization: Bearer <key>.' },
  UNAVAILABLE: {
    title: 'Unavailable',
    detail: 'The gateway cannot take this right now; nothing was stored. Repeat it with the same Idempotency-Key.',
  },
};
