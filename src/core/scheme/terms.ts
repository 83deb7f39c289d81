import type { Scheme, Terms } from '../../spec/scheme.js';
import type { LocalDate } from '../../spec/values.js';

/** The dates of an activity that may select its terms; all `YYYY-MM-DD`. `postingDate` is today for a posting still to be made. */
export interface TermsDates {
  readonly activityDate: LocalDate;
  readonly postingDate: LocalDate;
  /** Unknown for most activities; terms with basis `booking` then go by the posting date. */
  readonly bookingDate?: LocalDate | undefined;
}

/** The newest terms in force on the date that their own basis asks for; `null` before the first. */
export function termsFor(scheme: Pick<Scheme, 'terms'>, dates: TermsDates): Terms | null {
  return scheme.terms
    .filter((terms) => terms.effectiveFrom <= decidingDate(terms.basis, dates))
    .reduce<Terms | null>(
      (newest, terms) => (newest && newest.effectiveFrom > terms.effectiveFrom ? newest : terms),
      null,
    );
}

function decidingDate(basis: Terms['basis'], dates: TermsDates): LocalDate {
  switch (basis) {
    case 'travel':
      return dates.activityDate;
    case 'booking':
      return dates.bookingDate ?? dates.postingDate;
    case 'posting':
      return dates.postingDate;
    default:
      return basis satisfies never;
  }
}
