import type { ReviewPhrases } from './explanation-language.js';

/** What most operations ask of the traveller, and those whose outcome is open. */
export const NOTHING = 'The traveller need not do anything.';
export const NOTHING_TWICE = 'The traveller need not do anything, and should not ask for it a second time.';

const PERSON = 'A person finds out and decides';

/** Why an operation waits for a person, in English; follows the operation that it is about. */
export const REVIEW: ReviewPhrases = {
  'awaiting-file': {
    happened: 'was sent, and only the settlement file of the scheme will tell what became of it',
    next: 'That file settles it, or a person does',
  },
  deadline: { happened: 'could not be completed within its time limit', next: PERSON },
  'unmapped-refusal': { happened: 'was refused by the scheme with a code that we do not know', next: PERSON },
  'look-ups-exhausted': {
    happened: 'was sent, but neither its answer nor our questions afterwards told whether it was carried out',
    next: PERSON,
  },
  absent: {
    happened: 'was sent, but the scheme has no record of it',
    next: 'A person decides whether it is sent again',
  },
  'possible-duplicate': {
    happened: 'was not sent, because points for the same trip may have been asked for before',
    next: PERSON,
  },
  'evidence-mismatch': {
    happened: 'does not agree with what the scheme reports about it',
    next: PERSON,
  },
  'supplier-reference-taken': {
    happened: 'was confirmed by the scheme under a reference that belongs to another request',
    next: PERSON,
  },
  quarantined: { happened: 'was set aside after an error on our side', next: PERSON },
  'hold-overdue': { happened: 'is still held by the scheme long after the hold should have ended', next: PERSON },
  'not-supported': {
    happened: 'cannot be sent to this scheme automatically',
    next: 'A person arranges it with the scheme',
  },
};
