import type { AnyAdapter } from '../../spec/adapter.js';
import { capabilitiesOf } from '../../spec/capabilities.js';
import type { Scheme } from '../../spec/scheme.js';
import type { LocalDate } from '../../spec/values.js';
import type { SchemeView } from './schemes.js';
import { termsFor } from './terms.js';

/** A scheme as platforms see it: no settings, no sandbox, no credentials. `today` is the date in the scheme's zone. */
export function schemeView(
  scheme: Scheme,
  adapter: AnyAdapter,
  health: SchemeView['health'],
  today: LocalDate,
): SchemeView {
  return {
    id: scheme.id,
    name: scheme.name,
    kind: scheme.kind,
    adapter: scheme.adapter,
    contract: scheme.contract,
    capabilities: capabilitiesOf(adapter),
    // Nobody can take a permission away yet; until then every scheme that is configured is live.
    permission: 'live',
    health,
    terms: {
      inForce: termsFor(scheme, { activityDate: today, postingDate: today }),
      toCome: scheme.terms.filter((terms) => terms.effectiveFrom > today),
    },
    linkForm: scheme.linkForm,
    memberNumber: { pattern: scheme.memberNumber.pattern, description: scheme.memberNumber.description },
    pointsScale: scheme.pointsScale,
    zone: scheme.zone,
  };
}
